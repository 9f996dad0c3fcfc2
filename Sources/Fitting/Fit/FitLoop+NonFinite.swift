internal import Configuration
internal import Files
internal import Optimization

/// What a fit does about a step or a validation that isn't finite.
extension FitLoop {
  /// Goes back to the state before a step whose loss or gradient isn't finite, or that leaves such a state, and does by
  /// the plan's rule.
  ///
  /// That state is no longer there; but every step gives the same bits again, so it is found by replay from the last
  /// snapshot. No checkpoint is made of it where the fit ends: forward and backward would come to the same again at any
  /// learning rate.
  mutating func skipStep(_ step: Int) throws {
    precondition(step == state.step, "the steps before have been confirmed")
    pending = nil
    snapshot.restore(trainer)
    for earlier in snapshotStep..<step { _ = apply(earlier) }
    let before = StateSnapshot(trainer)
    let finding = trainer.diagnoseStep(step % stepsPerEpoch)
    before.restore(trainer)
    if plan.nonFinite == .stop { throw try observer.failure(error(step, finding)).agreed }
    var left = record(step, finding.loss, state.smoothed.value)
    left.isSkipped = true
    try observer.step(left)
    state.step += 1
    snapshot = before
    snapshotStep = state.step
    skippedSteps.skipStep()
    if let excess = skippedSteps.excess(stepsPerEpoch: stepsPerEpoch) {
      let last = error(step, finding)
      throw try observer.failure(
        RunError(
          "too many steps are left out (\(excess)); the last: \(last.problem)", at: last.place, remedy: last.remedy,
          status: .failure)
      ).agreed
    }
    try callAfter(left)
    try settle()
  }

  private func error(_ step: Int, _ finding: GradientDiagnosis) -> RunError {
    let problem =
      !finding.loss.isFinite
      ? NonFiniteRule.lossProblem
      : !finding.largest.isFinite ? "a gradient is not finite" : "weights or hidden state are not finite after the step"
    return RunError(
      problem,
      at: "step \(step + 1), loss \(text(finding.loss)), lr \(rates(step).learningRate), "
        + "largest gradient \(text(Double(finding.largest))) in \(finding.tensor)", remedy: Self.remedy,
      status: .failure)
  }

  /// The error about a validation whose loss isn't finite, or that leaves such a state. No step can be left out for it,
  /// so it ends the fit under either rule.
  func validationError(_ loss: Double) -> RunError {
    RunError(
      loss.isFinite ? "the hidden state is not finite after the validation" : "the validation loss is not finite",
      at: "step \(state.step), valid loss \(text(loss)), lr \(rates(max(state.step - 1, 0)).learningRate)",
      remedy: Self.remedy, status: .failure)
  }

  private static let remedy = "give a lower --lr or a --clip"

  /// The sign of what isn't a number says nothing.
  private func text(_ value: Double) -> String { value.isNaN ? "nan" : "\(value)" }
}
