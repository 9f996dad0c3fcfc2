/// Which of a run's figures says how good it is.
public enum SweepJudge: String, Sendable, CaseIterable {
  /// The lower the better.
  case validLoss = "valid_loss"
  /// The higher the better.
  case accuracy

  /// Whether one is better than another; what isn't a number is worst.
  public func prefers(_ one: Double, to other: Double) -> Bool {
    if other.isNaN { return !one.isNaN }
    return self == .validLoss ? one < other : one > other
  }
}
