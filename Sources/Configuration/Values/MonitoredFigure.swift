/// The figure of a validation by which the best one is told.
public enum MonitoredFigure: String, Sendable, CaseIterable {
  /// The mean loss, which is to be low.
  case validLoss = "valid_loss"
  /// The share of right predictions, which is to be high.
  case accuracy

  /// Whether a value is better than the best so far, nil for none, by more than `delta`. One that isn't a number is
  /// never better.
  public func isBetter(_ value: Double, than best: Double?, by delta: Double = 0) -> Bool {
    guard let best else { return !value.isNaN }
    return switch self {
    case .validLoss: value < best - delta
    case .accuracy: value > best + delta
    }
  }
}

extension MonitoredFigure: TextualOptionValue {}
