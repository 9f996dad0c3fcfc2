internal import Kernels
internal import Memory

/// `torch.optim.Adam` with β₂ = 0.99, ε = 1e-8, decoupled weight decay, and β₁ = the step's momentum, from which the
/// bias correction is taken: see `AdamStep`.
struct Adam: Optimizer {
  static let slots = ["first_moment", "second_moment"]

  func update(_ unit: ParameterUnit, _ step: OptimizerStep) {
    _ = adam(
      AdamStep(step), roots: unit.gradient, rootStride: unit.gradient.count, schedule: Self.finished,
      parameters: unit.parameters, first: unit.slot(0), second: unit.slot(1), gradient: unit.gradient,
      stack: unit.gradient)
  }

  /// Finishes the sums and updates in one go, so that the gradient is read once.
  func update(_ run: ParameterRun, _ step: OptimizerStep) -> Bool {
    adam(
      AdamStep(step), roots: run.roots, rootStride: run.rootStride, schedule: run.schedule, parameters: run.parameters,
      first: run.slot(0), second: run.slot(1), gradient: run.gradient, stack: run.stack)
  }

  /// Of a gradient whose sum is finished.
  private static let finished = ReductionSchedule(additions: [0])
}

extension AdamStep {
  fileprivate init(_ step: OptimizerStep) {
    self.init(
      step: step.step, learningRate: step.learningRate, momentum: step.momentum, weightDecay: step.weightDecay)
  }
}
