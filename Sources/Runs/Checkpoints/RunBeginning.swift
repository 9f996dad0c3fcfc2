public import Configuration
internal import Files
public import Jobs
internal import SystemPackage

/// A run that has ended before its first checkpoint: all that is left of it to go on from is its configuration.
public struct RunBeginning: Sendable {
  /// Its options.
  public let configuration: RunConfiguration
  /// Its directory.
  public let directory: String

  /// The run of that directory, where it has a `config.json` and no checkpoint, not even a damaged one; else nil.
  /// Collective.
  public static func find(_ path: String, _ job: Job) throws -> RunBeginning? {
    let text = try job.share { () throws(RunError) in
      let run = FilePath(named: path)
      return try Resumption.candidates(run).isEmpty ? read(run) : []
    }
    return configuration(text).map { RunBeginning(configuration: $0, directory: path) }
  }

  /// The options in the `config.json` of a directory; nil where there is none that can be read.
  static func configuration(of directory: FilePath) -> RunConfiguration? { configuration(read(directory)) }

  private static func read(_ directory: FilePath) -> [UInt8] {
    // One that has come to its end has lost its checkpoints: it isn't run again over what it has left.
    guard !FileOperations.exists(directory.appending(RunDirectory.File.model.rawValue)) else { return [] }
    return (try? FileOperations.read(directory.appending(RunDirectory.File.configuration.rawValue))) ?? []
  }

  private static func configuration(_ text: [UInt8]) -> RunConfiguration? {
    (try? JSONValue(parsing: text)).flatMap { RunConfiguration(json: $0) }
  }
}
