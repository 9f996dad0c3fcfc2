/// fastai's `fit_flat_cos`: a pure function of the step.
///
/// Over the first ⌊flatShare·steps⌋ steps the learning rate is the maximum; over the rest it falls by a cosine to
/// maximum/1e5. Momentum stays as it is.
public struct FlatCosine: Sendable, Equatable {
  /// Steps in all.
  public let steps: Int
  /// The highest learning rate.
  public let maximum: Double
  /// Share of the steps at the highest rate.
  public let flatShare: Double
  /// Momentum of all steps.
  public let momentum: Double

  /// Takes the whole run's number of steps and the schedule's settings.
  public init(steps: Int, maximum: Double, flatShare: Double = 0.75, momentum: Double = 0.9) {
    (self.steps, self.maximum, self.flatShare, self.momentum) = (steps, maximum, flatShare, momentum)
  }

  /// Learning rate and momentum of `step`, counted from 0.
  public func callAsFunction(_ step: Int) -> (learningRate: Double, momentum: Double) {
    let flat = Int(Double(steps) * flatShare)
    guard step >= flat else { return (maximum, momentum) }
    let share = Double(step - flat) / Double(max(steps - flat, 1))
    return (OneCycle.anneal(from: maximum, to: maximum / 1e5, share), momentum)
  }
}
