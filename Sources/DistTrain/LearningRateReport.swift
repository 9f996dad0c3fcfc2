internal import Training

/// What is told and written of an LR finder's curve.
enum LearningRateReport {
  /// One line of suggestions.
  static func text(_ curve: LearningRateCurve) -> String {
    let suggestions = curve.suggestions.map { "\($0.name) \(rounded($0.learningRate))" }
    return "lr-find: \(curve.learningRates.count) steps; "
      + (suggestions.isEmpty ? "no suggestion" : suggestions.joined(separator: ", "))
  }

  /// The curve as a plot with the suggestions marked.
  static func plot(_ curve: LearningRateCurve) -> LinePlot {
    let end = max(curve.learningRates.count - 5, min(curve.learningRates.count, 1))
    let rates = Array(curve.learningRates[..<end])
    return LinePlot(
      title: "Learning rate finder", xAxis: .init("learning rate", .logarithmic),
      yAxis: .init("loss", .linear),
      series: [.init("smoothed loss", x: rates, y: Array(curve.smoothedLosses[..<end]))],
      marks: curve.suggestions.map {
        .init($0.name, x: $0.learningRate, y: curve.smoothedLosses[$0.index])
      })
  }

  /// Writes `lr-find.csv` and `lr-find.svg`.
  static func write(_ curve: LearningRateCurve, to directory: RunDirectory) throws {
    try directory.write(
      LearningRateCSV.text(
        learningRates: curve.learningRates, losses: curve.losses, smoothedLosses: curve.smoothedLosses),
      as: .learningRateTable)
    try directory.write(plot(curve).svg(), as: .learningRatePlot)
  }

  /// Three significant digits.
  static func rounded(_ value: Double) -> String {
    guard value > 0, value.isFinite else { return "\(value)" }
    var scale = 1.0
    while value * scale < 100 { scale *= 10 }
    while value * scale >= 1000 { scale /= 10 }
    return "\((value * scale).rounded() / scale)"
  }
}
