public import Configuration
public import Files
public import Jobs
internal import Fitting
internal import SystemPackage

/// What a run starts from.
public enum RunStart: Sendable {
  /// Its configuration.
  case fresh
  /// The same, in the directory of a run that has ended before its first checkpoint.
  case begun(RunBeginning)
  /// A checkpoint.
  case checkpoint(Resumption)

  /// What `path` leaves to go on from: a checkpoint, or a run directory; found by process 0 and sent to all.
  /// Collective.
  ///
  /// - passedOver: as in `Resumption.find`.
  /// - Throws: `RunError`, on all processes alike, when there is nothing.
  public static func find(_ path: String, _ job: Job, passedOver: (RunError) -> Void) throws -> RunStart {
    if let beginning = try RunBeginning.find(path, job) { return .begun(beginning) }
    return .checkpoint(try Resumption.find(path, job, passedOver: passedOver))
  }

  /// What there is to go on from in a directory that a run is to be kept in, and where its files go: a directory
  /// without a run is taken for a fresh one. Collective.
  ///
  /// - passedOver: as in `Resumption.find`.
  /// - Throws: `RunError`, on all processes alike, where there are checkpoints and none is intact.
  static func find(
    in directory: String, _ job: Job, passedOver: (RunError) -> Void
  ) throws -> (start: RunStart, place: RunPlace) {
    let path = FilePath(named: directory)
    let found = try job.share { () throws(RunError) in
      guard (try? path.stat().type) == .directory else { return [] }
      if try !Resumption.candidates(path).isEmpty { return [1] }
      let isBegun = [RunDirectory.File.configuration, .checkpoints].contains {
        FileOperations.exists(path.appending($0.rawValue))
      }
      return isBegun && !FileOperations.exists(path.appending(RunDirectory.File.model.rawValue)) ? [2] : []
    }
    switch found {
    case [1]:
      return (.checkpoint(try Resumption.find(directory, job, passedOver: passedOver)), .continuing(path))
    case [2]:
      return (try RunBeginning.find(directory, job).map { .begun($0) } ?? .fresh, .beginning(path))
    default:
      return (.fresh, .directory(path))
    }
  }

  /// The configuration of the run that goes on or begins again; nil for a fresh one.
  public var configuration: RunConfiguration? {
    switch self {
    case .fresh: nil
    case .begun(let beginning): beginning.configuration
    case .checkpoint(let resumption): resumption.checkpoint.configuration
    }
  }

  /// The checkpoint with what belongs to it; nil where there is none.
  public var resumption: Resumption? { if case .checkpoint(let resumption) = self { resumption } else { nil } }
}
