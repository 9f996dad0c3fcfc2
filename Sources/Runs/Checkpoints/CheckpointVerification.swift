internal import Configuration
internal import Data
public import Files
public import Fitting
public import SystemPackage

/// Whether a checkpoint file is as it was written, and whether a run would go on from it.
public struct CheckpointVerification: Sendable {
  /// The file.
  public let path: FilePath
  /// What it holds, or why it is of no use.
  public let result: Result<Checkpoint, RunError>
  /// Why `--resume` passes over a file that is as it was written; nil where it takes it.
  public let obstacle: String?
  /// Which of its run's texts aren't there, or have changed: without others `--resume` ends there. Nil where all are.
  public let missingText: String?

  /// Whether the file is as it was written.
  public var isIntact: Bool { if case .success = result { true } else { false } }
  /// Whether `--resume` takes it, given the texts.
  public var isResumable: Bool { isIntact && obstacle == nil }

  /// The step of the run's best validation up to it; 0 for none.
  public var bestStep: Int { if case .success(let checkpoint) = result { checkpoint.fit.bestStep } else { 0 } }

  /// The checkpoints that `path` stands for: a file, or those of a run directory, the newest first; none of a run that
  /// has ended before its first one, which `--resume` begins again.
  ///
  /// - Throws: `RunError` when there is none.
  public static func all(_ path: String) throws(RunError) -> [CheckpointVerification] {
    let directory = FilePath(named: path)
    let files = try Resumption.candidates(directory)
    guard !files.isEmpty || RunBeginning.configuration(of: directory) != nil else {
      throw RunError("no checkpoint", at: path, remedy: "give a run directory or a checkpoint", status: .badData)
    }
    // A run that is under way may have removed some since.
    return files.map { CheckpointVerification($0) }.filter { $0.isIntact || FileOperations.exists($0.path) }
  }

  /// Who works in the run directory that `path` is, or has the file in it; nil for nobody. `--resume` refuses until
  /// they end.
  public static func holder(of path: String) -> String? {
    let path = FilePath(named: path)
    return RunLock.holder(of: Resumption.runDirectory(of: path) ?? path)
  }

  private init(_ path: FilePath) {
    self.path = path
    result = Result { () throws(RunError) in
      do {
        return try Checkpoint.read(ByteSource(opening: path)).checkpoint
      } catch {
        throw RunError("damaged checkpoint (\(error))", at: path.string, remedy: "take another one", status: .badData)
      }
    }
    guard case .success(let checkpoint) = result else {
      (obstacle, missingText) = (nil, nil)
      return
    }
    var obstacle = checkpoint.obstacle
    if let run = Resumption.runDirectory(of: path) {
      do throws(RunError) { try Resumption.forEachMetric(of: checkpoint, in: run) { _ in } } catch {
        obstacle = obstacle ?? "the metrics don't reach step \(checkpoint.fit.step): \(error.place)"
      }
    }
    self.obstacle = obstacle
    do throws(RunError) {
      let digest = try Texts.digest(of: checkpoint.configuration.dataSource)
      missingText = digest == checkpoint.dataDigest ? nil : "the texts have changed since"
    } catch {
      missingText = "\(error.problem): \(error.place)"
    }
  }
}
