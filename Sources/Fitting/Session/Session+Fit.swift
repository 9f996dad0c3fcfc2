internal import Models
internal import Configuration
package import Files
internal import Optimization

extension Session {
  /// The plan of the configured run: its schedule with the maximum `learningRate`.
  public func plan(learningRate: Double) -> FitPlan {
    let steps = configuration.epochs * stepsPerEpoch
    let (pctStart, momenta) = (configuration.pctStart, configuration.momenta)
    let schedule: Schedule =
      switch configuration.schedule {
      case .oneCycle:
        .oneCycle(
          OneCycle(
            steps: steps, maximum: learningRate, pctStart: pctStart, divFactor: configuration.divFactor,
            momenta: momenta))
      case .flatCosine:
        .flatCosine(FlatCosine(steps: steps, maximum: learningRate, flatShare: pctStart, momentum: momenta.ends))
      case .constant:
        .warmUp(
          WarmUp(
            rising: Int(Double(steps) * pctStart), maximum: learningRate, divFactor: configuration.divFactor,
            momentum: momenta.ends))
      }
    var plan = FitPlan(
      epochs: configuration.epochs, schedule: schedule, weightDecay: configuration.weightDecay,
      stepLimit: configuration.stepLimit)
    (plan.monitor, plan.minDelta) = (configuration.monitor, configuration.minDelta)
    plan.groupRates = groupRates(lowest: configuration.lowestRateShare ?? 1)
    return plan
  }

  /// How the groups of parameters are trained: those frozen that the configuration freezes.
  ///
  /// - lowest: the first group's rate as a share of the last one's.
  func groupRates(lowest: Double = 1) -> GroupRates {
    let model = configuration.model
    return GroupRates(
      groups: model.parameterGroups, frozen: model.frozenGroups(to: configuration.freezeTo ?? 0) ?? 0, lowest: lowest)
  }

  /// The last step of a plan, from 1 on.
  public func steps(of plan: FitPlan) -> Int {
    let steps = plan.epochs * stepsPerEpoch
    return min(steps, plan.stepLimit ?? steps)
  }

  /// Trains by the plan from `state` on, with a validation after each epoch. Collective.
  ///
  /// - Throws: what the observer throws; `RunError`, on all workers alike, for a callback that throws, and for a loss
  ///   or gradient that isn't finite, unless the plan leaves such steps out.
  @discardableResult
  public func fit(_ plan: FitPlan, from state: FitState = FitState(), _ observer: FitObserver) throws -> FitEnd {
    // Where nothing is left to do, no copy of the state is taken; the callbacks have theirs back all the same.
    if !state.awaitsValidation, state.endReason != nil || state.step >= steps(of: plan) {
      CallbackGroup(observer.callbacks, trainer.team)?.restore(state.callbacks)
      return state.endReason.map { .ended(step: state.step, reason: $0) } ?? .finished
    }
    trainer.groupRates = plan.groupRates ?? groupRates()
    var loop = FitLoop(trainer, plan, state.judged(by: plan.monitor), observer)
    return try loop.run()
  }

  /// Mean loss and accuracy over the valid split. Collective; moves a carried hidden state on.
  public func validate() -> (loss: Double, accuracy: Double) { trainer.validate() }

  /// The metrics of the latest validation, whose mean loss that was, as an epoch's record has them. Collective.
  ///
  /// - rows: the predictions of all workers that counted; nil for all that there are.
  /// - Throws: as `Trainer.metricFigures`.
  package func metricFigures(validLoss: Double, counting rows: Int? = nil) throws(RunError) -> [MetricFigure] {
    try trainer.metricFigures(validLoss: validLoss, counting: rows)
  }

  /// Runs the LR finder and puts everything back to the bit. Collective.
  public func findLearningRate(_ finder: LearningRateFinder) -> LearningRateCurve {
    trainer.groupRates = groupRates()
    return trainer.findLearningRate(finder)
  }
}
