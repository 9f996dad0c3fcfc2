public import Files
public import Fitting
public import Jobs
public import Reports
public import SystemPackage

/// Where a run goes on from: a checkpoint, with the directory and the metrics that belong to it.
public struct Resumption: Sendable {
  /// The checkpoint.
  public let checkpoint: Checkpoint
  /// Its file.
  public let path: FilePath
  /// The run's directory; nil for a file that lies outside of one.
  public let directory: FilePath?

  private init(_ checkpoint: Checkpoint, _ path: FilePath) {
    self.checkpoint = checkpoint
    self.path = path
    directory = Self.runDirectory(of: path)
  }

  /// The newest checkpoint of a run directory that is whole, or that file; found by process 0 and sent to all. Collective.
  ///
  /// - passedOver: told of each newer one that can't be used, on process 0; the problem starts with what kind of checkpoint it is.
  /// - Throws: `RunError`, on all processes alike, when there is none.
  public static func find(
    _ path: String, _ job: Job, passedOver: (RunError) -> Void
  ) throws -> Resumption {
    let message = try job.share { () throws(RunError) in
      let (file, bytes) = try find(FilePath(named: path), passedOver: passedOver)
      return Array(file.named.utf8) + [0] + bytes
    }
    let parts = message.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    let file = FilePath(named: String(decoding: parts[0], as: UTF8.self))
    return Resumption(try Checkpoint(Array(parts[1])), file)
  }

  /// The file, and its bytes.
  static func find(
    _ path: FilePath, passedOver: (RunError) -> Void
  ) throws(RunError) -> (file: FilePath, bytes: [UInt8]) {
    let candidates = try candidates(path)
    for candidate in candidates {
      do throws(RunError) {
        return (candidate, try readUsable(candidate))
      } catch {
        if candidates == [path] { throw error }
        passedOver(error)
      }
    }
    throw RunError(
      candidates.isEmpty ? "no checkpoint to go on from" : "no intact checkpoint to go on from", at: path.string,
      remedy: "start anew with another --out", status: .badData)
  }

  /// The files that `path` stands for, the newest first.
  static func candidates(_ path: FilePath) throws(RunError) -> [FilePath] {
    do {
      guard try path.stat().type == .directory else { return [path] }
    } catch {
      throw RunError(
        "can't read the checkpoint (\(error.description.lowercased()))", at: path.string,
        remedy: "give a run directory or a checkpoint", status: .inputOutput)
    }
    let inner = path.appending(RunDirectory.File.checkpoints.rawValue)
    return CheckpointStore.list(FileOperations.exists(inner) ? inner : path).map(\.path)
  }

  private static func readUsable(_ file: FilePath) throws(RunError) -> [UInt8] {
    let bytes: [UInt8]
    do {
      bytes = try FileOperations.read(file)
    } catch {
      throw RunError(
        "checkpoint that can't be read (\(error.description.lowercased()))", at: file.string,
        remedy: "take an earlier one", status: .inputOutput)
    }
    do {
      let checkpoint = try Checkpoint(bytes)
      if let run = runDirectory(of: file) { _ = try metrics(of: checkpoint, in: run) }
      return bytes
    } catch {
      if let error = error as? RunError { throw error }
      throw RunError("damaged checkpoint (\(error))", at: file.string, remedy: "take an earlier one", status: .badData)
    }
  }

  private static func runDirectory(of file: FilePath) -> FilePath? {
    let parent = file.removingLastComponent()
    guard parent.lastComponent?.string == RunDirectory.File.checkpoints.rawValue else { return nil }
    let run = parent.removingLastComponent()
    return run.isEmpty ? "." : run
  }

  // MARK: Metrics

  /// The run's metrics up to the checkpoint: bytes of whole lines, and what they tell. Empty outside of a run directory.
  public func metrics() throws(RunError) -> (bytes: [UInt8], history: MetricsHistory) {
    guard let directory else { return ([], MetricsHistory()) }
    return try Self.metrics(of: checkpoint, in: directory)
  }

  private static func metrics(
    of checkpoint: Checkpoint, in run: FilePath
  ) throws(RunError) -> (bytes: [UInt8], history: MetricsHistory) {
    let path = run.appending(RunDirectory.File.metrics.rawValue)
    let bytes = (try? FileOperations.read(path)) ?? []
    guard bytes.count >= checkpoint.metricsLength,
      let history = MetricsHistory(bytes[..<checkpoint.metricsLength]),
      history.steps.last?.step ?? 0 == checkpoint.fit.step
    else {
      throw RunError(
        "checkpoint of step \(checkpoint.fit.step) that the metrics don't reach", at: path.string,
        remedy: "take an earlier checkpoint", status: .badData)
    }
    return (Array(bytes[..<checkpoint.metricsLength]), history)
  }
}
