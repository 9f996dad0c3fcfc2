import ArgumentParser
import SystemPackage
import Training

/// `dist-train verify`.
struct VerifyCommand: SoloCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Say whether checkpoints are intact, or where two runs part.",
    discussion: """
      Example: dist-train verify runs/first
      Example: dist-train verify runs/first runs/second
      """)

  @Argument(help: "A checkpoint, or a run directory.", completion: .file())
  var path: String

  @Argument(
    help: "Another run directory, to find the first step and tensor at which the two differ.", completion: .directory)
  var other: String?

  var options: OptionValues { OptionValues() }
  var arguments: [String] { [path] + (other.map { [$0] } ?? []) }

  func work(_ command: CommandJob) throws {
    if let other {
      try compare(other)
    } else {
      try verify()
    }
  }

  /// A line for each checkpoint.
  private func verify() throws {
    let all = try CheckpointVerification.all(path)
    var damaged = 0
    for file in all {
      switch file.result {
      case .success(let checkpoint):
        let name = PlainText.visible(file.path.named)
        print("intact   \(name)  step \(checkpoint.fit.step), \(checkpoint.configuration.model.kind)")
      case .failure(let error):
        if all.count == 1 { throw error }
        damaged += 1
        print("damaged  \(PlainText.visible(file.path.named))")
      }
    }
    guard damaged > 0 else { return }
    throw RunError(
      "\(damaged) of \(all.count) checkpoints damaged", at: path, remedy: "--resume passes over them", status: .badData)
  }

  private func compare(_ other: String) throws {
    let comparison = try CheckpointComparison(FilePath(named: path), FilePath(named: other))
    if let step = comparison.firstDifferentLoss { print("metrics differ from step \(step) on") }
    guard let step = comparison.firstDifferent, let tensor = comparison.tensor else {
      print("the same at all \(comparison.commonSteps) common steps")
      return
    }
    if let same = comparison.lastSame { print("the same up to step \(same)") }
    print(
      "differ at step \(step), first in \(PlainText.visible(tensor.name)): "
        + "\(tensor.different) of \(tensor.of) elements")
    throw RunError(
      "the runs differ", at: "step \(step), \(tensor.name)", remedy: "compare their metrics.jsonl up to there",
      status: .failure)
  }
}
