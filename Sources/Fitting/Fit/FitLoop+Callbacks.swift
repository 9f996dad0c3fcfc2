internal import Configuration

/// Where a fit calls its callbacks. Without any, nothing is exchanged.
extension FitLoop {
  /// Before a step: of an epoch's first one, the epoch's hook too. No step is pending then, unless no callback has
  /// hooks of batches.
  mutating func callBefore(_ step: Int) throws {
    guard let callbacks else { return }
    if step % stepsPerEpoch == 0 {
      try decide(callbacks, epoch: step / stepsPerEpoch + 1) { try $0.beforeEpoch(&$1) }
    }
    guard callbacks.hasBatchHooks, state.endReason == nil else { return }
    try decide(callbacks, epoch: step / stepsPerEpoch + 1) { try $0.beforeBatch(&$1) }
  }

  /// After a step that is committed, or left out.
  mutating func callAfter(_ record: StepRecord) throws {
    guard let callbacks, callbacks.hasBatchHooks else { return }
    try decide(callbacks, epoch: record.epoch) { try $0.afterBatch(record, &$1) }
  }

  /// After a validation.
  mutating func callAfter(_ record: EpochRecord) throws {
    guard let callbacks else { return }
    try decide(callbacks, epoch: record.epoch) { try $0.afterEpoch(record, &$1) }
  }

  /// Has the callbacks decide, and all workers do so.
  private mutating func decide(
    _ callbacks: CallbackGroup, epoch: Int, _ hook: (any FitCallback, inout FitControl) throws -> Void
  ) throws {
    let control = FitControl(
      step: state.step, epoch: epoch, epochs: plan.epochs, stepsPerEpoch: stepsPerEpoch, best: state.best,
      epochsSinceBest: state.bestStep > 0 ? (state.step - state.bestStep) / stepsPerEpoch : 0,
      rateFactor: state.rateFactor)
    let (factor, reason) = try callbacks.decide(control, hook)
    state.endReason = state.endReason ?? reason
    guard factor != state.rateFactor else { return }
    // A replay has the rates that the steps had: it never reaches behind a change.
    if state.step != snapshotStep { keepSnapshot() }
    state.rateFactor = factor
  }

  /// Notes a validation, if it is the best so far; returns whether it is.
  mutating func noteBest(_ record: EpochRecord) -> Bool {
    let value = plan.monitor.value(of: record)
    guard plan.monitor.isBetter(value, than: state.best, by: plan.minDelta) else { return false }
    state.best = value
    state.bestStep = state.step
    return true
  }
}
