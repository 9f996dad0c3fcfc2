internal import Training

/// What is printed and written of an LR finder's curve.
enum LearningRateReport {
  /// One line of suggestions.
  static func text(_ curve: LearningRateCurve) -> String {
    let suggestions = curve.suggestions.map { "\($0.name) \(NumberText.significant($0.learningRate))" }
    return "lr-find: \(curve.learningRates.count) steps; "
      + (suggestions.isEmpty ? "no suggestion" : suggestions.joined(separator: ", "))
  }

  /// Writes `lr-find.csv` and `lr-find.svg`.
  static func write(
    _ curve: LearningRateCurve, _ configuration: RunConfiguration, to directory: RunDirectory
  ) throws {
    try directory.write(
      LearningRateCSV.text(
        learningRates: curve.learningRates, losses: curve.losses, smoothedLosses: curve.smoothedLosses),
      as: .learningRateTable)
    try directory.write(curve.plot(configuration.caption).svg(), as: .learningRatePlot)
  }
}
