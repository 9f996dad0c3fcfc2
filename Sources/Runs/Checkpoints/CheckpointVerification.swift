public import Files
public import Fitting
public import SystemPackage

/// Whether a checkpoint file is as it was written.
public struct CheckpointVerification: Sendable {
  /// The file.
  public let path: FilePath
  /// What it holds, or why it is of no use.
  public let result: Result<Checkpoint, RunError>

  /// The checkpoints that `path` stands for: a file, or those of a run directory, the newest first.
  ///
  /// - Throws: `RunError` when there is none.
  public static func all(_ path: String) throws(RunError) -> [CheckpointVerification] {
    let files = try Resumption.candidates(FilePath(named: path))
    guard !files.isEmpty else {
      throw RunError("no checkpoint", at: path, remedy: "give a run directory or a checkpoint", status: .badData)
    }
    return files.map { CheckpointVerification($0) }
  }

  private init(_ path: FilePath) {
    self.path = path
    result = Result { () throws(RunError) in
      do {
        return try Checkpoint(try FileOperations.read(path))
      } catch {
        throw RunError("damaged checkpoint (\(error))", at: path.string, remedy: "take another one", status: .badData)
      }
    }
  }
}
