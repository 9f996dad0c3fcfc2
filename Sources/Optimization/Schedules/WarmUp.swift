/// A constant learning rate behind a warm-up: a pure function of the step.
///
/// Over the first `rising` steps the rate rises in equal parts from maximum/divFactor to the maximum. Momentum stays as
/// it is.
public struct WarmUp: Sendable, Equatable {
  /// Steps of the warm-up; 0 for none.
  public let rising: Int
  /// The learning rate behind it.
  public let maximum: Double
  /// The first rate of a warm-up is maximum / divFactor.
  public let divFactor: Double
  /// Momentum of all steps.
  public let momentum: Double

  /// Takes the schedule's settings.
  public init(rising: Int, maximum: Double, divFactor: Double = 25, momentum: Double = 0.9) {
    (self.rising, self.maximum, self.divFactor, self.momentum) = (rising, maximum, divFactor, momentum)
  }

  /// Learning rate and momentum of `step`, counted from 0.
  public func callAsFunction(_ step: Int) -> (learningRate: Double, momentum: Double) {
    guard step < rising else { return (maximum, momentum) }
    let first = maximum / divFactor
    return (first + (maximum - first) * (Double(step) / Double(rising)), momentum)
  }
}
