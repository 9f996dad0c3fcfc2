public import Configuration
public import Files
public import Fitting
internal import Reports

extension RunDirectory {
  /// Writes an LR finder's curve as `lr-find.csv` and `lr-find.svg`.
  public func write(_ curve: LearningRateCurve, _ configuration: RunConfiguration) throws(RunError) {
    try write(
      LearningRateCSV.text(
        learningRates: curve.learningRates, losses: curve.losses, smoothedLosses: curve.smoothedLosses),
      as: .learningRateTable)
    try write(curve.plot(configuration.caption).svg(), as: .learningRatePlot)
  }
}
