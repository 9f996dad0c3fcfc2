/// Learning rate and momentum of each step of a fit: a pure function of the step.
public enum Schedule: Sendable, Equatable {
  /// fastai's 1cycle.
  case oneCycle(OneCycle)
  /// fastai's flat-then-cosine.
  case flatCosine(FlatCosine)
  /// The same in every step but those of a warm-up.
  case warmUp(WarmUp)
  /// The same in every step.
  case constant(learningRate: Double, momentum: Double)

  /// Learning rate and momentum of `step`, counted from 0.
  public func callAsFunction(_ step: Int) -> (learningRate: Double, momentum: Double) {
    switch self {
    case .oneCycle(let cycle): cycle(step)
    case .flatCosine(let schedule): schedule(step)
    case .warmUp(let schedule): schedule(step)
    case .constant(let learningRate, let momentum): (learningRate, momentum)
    }
  }
}
