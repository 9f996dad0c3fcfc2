internal import Configuration
internal import Files
public import Fitting

extension DurableRun {
  /// The maximum of the schedule: that of the configuration, of the checkpoint, or the one that the LR finder suggests.
  /// A fresh run's finder leaves its curve in the directory, and `config.json` has the rate that it found. Collective.
  ///
  /// - found: told of the finder's curve, on every worker, before anything is written.
  /// - Throws: `RunError`, on all workers alike, where there is no suggestion.
  public func learningRate(found: (LearningRateCurve) -> Void) throws -> Double {
    let configuration = session.configuration
    var rate = configuration.learningRate
    if let resumption = start.resumption { return rate ?? resumption.checkpoint.learningRate }
    if configuration.findsLearningRate {
      var finder = LearningRateFinder()
      finder.weightDecay = configuration.weightDecay
      let curve = session.findLearningRate(finder)
      found(curve)
      if rate == nil, let suggestion = curve.suggestions.first?.learningRate {
        rate = suggestion
        try writeConfiguration(rate: suggestion)
      }
      try take(curve)
    }
    guard let rate else {
      let reason = curve?.lackOfSuggestions.map { " (\($0))" } ?? ""
      throw RunError(
        "the LR finder found no learning rate\(reason)", at: "--lr auto", remedy: "give a number", status: .failure)
    }
    return rate
  }
}
