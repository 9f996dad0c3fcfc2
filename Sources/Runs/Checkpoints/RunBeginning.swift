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
      guard try Resumption.candidates(run).isEmpty else { return [] }
      // One that has come to its end has lost its checkpoints: it isn't run again over what it has left.
      guard !FileOperations.exists(run.appending(RunDirectory.File.model.rawValue)) else { return [] }
      return (try? FileOperations.read(run.appending(RunDirectory.File.configuration.rawValue))) ?? []
    }
    guard let json = try? JSONValue(parsing: text), let configuration = RunConfiguration(json: json) else { return nil }
    return RunBeginning(configuration: configuration, directory: path)
  }
}
