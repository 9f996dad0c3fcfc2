import ArgumentParser
import SystemPackage
import Training

/// `dist-train verify`.
struct VerifyCommand: SoloCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Say whether checkpoints are intact and resumable, or where two runs part.",
    discussion: """
      A checkpoint is resumable if --resume takes it: if it is intact, of this version's form, and the run's metrics reach it. Its \
      texts must be there too, or be given.

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

  /// A line for each checkpoint: whether it is intact, and whether `--resume` takes it.
  private func verify() throws {
    let all = try CheckpointVerification.all(path)
    if all.count == 1, case .failure(let error) = all[0].result { throw error }
    if let holder = CheckpointVerification.holder(of: path) {
      print("in use   \(PlainText.visible(path))  \(PlainText.visible(holder)); --resume refuses until its end")
    }
    if all.isEmpty { print("begun    \(PlainText.visible(path))  no checkpoint yet; --resume begins at the beginning") }
    let newest = all.firstIndex { $0.isResumable }
    let best = newest.map { all[$0].bestStep } ?? 0
    for (index, file) in all.enumerated() {
      let name = PlainText.visible(file.path.named)
      switch file.result {
      case .success(let checkpoint):
        let verdict =
          file.obstacle.map { "not resumable: \($0)" }
          ?? file.missingText.map { "resumable with its texts only: \($0)" }
          ?? (index == newest && all.count > 1 ? "resumable, the one that --resume takes" : "resumable")
        print(
          "intact   \(name)  step \(checkpoint.fit.step), \(checkpoint.configuration.model.kind)"
            + (checkpoint.fit.step == best ? ", the best validation; " : "; ")
            + PlainText.visible(verdict))
      case .failure(let error):
        print("damaged  \(name)  not resumable: \(PlainText.visible(error.problem))")
      }
    }
    let useless = all.count { !$0.isResumable }
    guard useless > 0 else { return }
    let damaged = all.count { if case .failure = $0.result { true } else { false } }
    let problem =
      damaged == 0
      ? "\(useless) of \(all.count) checkpoints not resumable" : "\(damaged) of \(all.count) checkpoints damaged"
    throw RunError(
      problem, at: path,
      remedy: newest == nil
        ? "--resume takes none of them: begin again with another --out" : "--resume passes over them",
      status: .badData)
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
