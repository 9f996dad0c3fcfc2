public import Files

/// Lowers the rates of a fit whose validations don't get better, as fastai's `ReduceLROnPlateau`. What is better is the
/// run's to say: its monitored figure and least difference.
public final class ReduceRateOnPlateau: FitCallback {
  /// Epochs without a better validation after which the rates are lowered, and again after as many more.
  public let patience: Int
  /// What they are multiplied by.
  public let factor: Double
  /// Epochs since the best validation, or since the rates were lowered last.
  private var epochs = 0

  /// - patience: at least 1; factor: between 0 and 1.
  public init(patience: Int, factor: Double = 0.1) { (self.patience, self.factor) = (patience, factor) }

  /// None.
  public var hasBatchHooks: Bool { false }

  /// The epochs that it has counted.
  public var state: JSONValue {
    get { .integer(epochs) }
    set { if case .integer(let count) = newValue { epochs = count } else { epochs = 0 } }
  }

  /// Counts, and lowers the rates where it is time to.
  public func afterEpoch(_ record: EpochRecord, _ fit: inout FitControl) {
    epochs = fit.epochsSinceBest == 0 ? 0 : epochs + 1
    guard epochs >= patience else { return }
    epochs = 0
    fit.rateFactor *= factor
  }
}
