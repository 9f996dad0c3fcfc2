/// What to do about a step whose loss or gradient is not finite. It is never applied.
public enum NonFiniteRule: String, Sendable, CaseIterable {
  /// End the run.
  case stop
  /// Leave the step out and go on.
  case skip
}

extension NonFiniteRule: TextualOptionValue {}
