internal import Configuration

/// Ends a fit whose validations don't get better, as fastai's `EarlyStoppingCallback`. What is better is the run's to
/// say: its monitored figure and least difference.
public final class EarlyStopping: FitCallback {
  /// Epochs without a better validation after which the fit ends.
  public let patience: Int
  private let figure: MonitoredFigure?

  /// - patience: at least 1.
  public convenience init(patience: Int) { self.init(patience: patience, figure: nil) }

  init(patience: Int, figure: MonitoredFigure?) { (self.patience, self.figure) = (patience, figure) }

  /// None.
  public var hasBatchHooks: Bool { false }

  /// Counts on. How long ago the best validation was is part of every checkpoint.
  public func afterEpoch(_ record: EpochRecord, _ fit: inout FitControl) {
    guard fit.epochsSinceBest >= patience else { return }
    let epochs = patience == 1 ? "1 epoch" : "\(patience) epochs"
    fit.end("\(figure?.name ?? "the monitored figure") has not become better for \(epochs)")
  }
}
