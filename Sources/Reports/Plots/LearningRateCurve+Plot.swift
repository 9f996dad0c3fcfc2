internal import Files
public import Fitting
internal import Platform

extension LearningRateCurve {
  /// The smoothed loss over the learning rate on a logarithmic axis, with the suggestions marked on it.
  ///
  /// As in fastai, the first ten and the last five steps are left out. Where the curve still ends far above all that
  /// comes before its minimum, the axis ends below it.
  ///
  /// - configuration: the text below the title.
  public func plot(_ configuration: String = "") -> LinePlot {
    let shown = plotted.isEmpty ? losses.indices : plotted
    let rates = Array(learningRates[shown])
    let means = Array(smoothedLosses[shown])
    let marks = suggestions.filter { rates[0] <= $0.learningRate }.map { suggestion in
      LinePlot.Mark(
        "\(suggestion.name) \(NumberText.significant(suggestion.learningRate))", x: suggestion.learningRate,
        y: loss(at: suggestion.learningRate))
    }
    return LinePlot(
      title: "Learning rate finder", subtitle: configuration, xAxis: .init("learning rate", .logarithmic),
      yAxis: .init("loss", range: Self.range(means)),
      series: [.init("smoothed loss", x: rates, y: means)], marks: marks)
  }

  /// The smoothed loss at a learning rate between two of the curve's.
  private func loss(at rate: Double) -> Double {
    guard let right = learningRates.firstIndex(where: { $0 >= rate }) else { return .nan }
    guard right > 0 else { return smoothedLosses[right] }
    let (from, to) = (log(learningRates[right - 1]), log(learningRates[right]))
    let share = (log(rate) - from) / (to - from)
    return smoothedLosses[right - 1] + share * (smoothedLosses[right] - smoothedLosses[right - 1])
  }

  /// The losses worth showing when the curve's end is far above the rest; else nil.
  private static func range(_ losses: [Double]) -> ClosedRange<Double>? {
    guard let lowest = losses.indices.min(by: { losses[$0] < losses[$1] }) else { return nil }
    let low = losses[lowest]
    let high = losses[...lowest].reduce(low, max)
    let top = high + 0.3 * (high - low)
    guard low < high, losses.contains(where: { $0 > top }) else { return nil }
    return (low - 0.07 * (high - low))...top
  }
}
