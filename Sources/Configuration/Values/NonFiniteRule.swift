/// What to do about a step whose loss or gradient is not finite, or which leaves weights, running statistics or a
/// hidden state that aren't. It is never applied.
public enum NonFiniteRule: String, Sendable, CaseIterable {
  /// End the run.
  case stop
  /// Leave the step out and go on, until they are too many.
  case skip
}

extension NonFiniteRule: TextualOptionValue {
  /// What is wrong with a step whose loss isn't finite: no update has had a part in that of the first one.
  package static let lossProblem = "the loss is not finite"
}
