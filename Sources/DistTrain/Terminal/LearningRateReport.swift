internal import Training

/// What is printed of an LR finder's curve.
enum LearningRateReport {
  /// One line of suggestions, or why there is none.
  ///
  /// - isUsed: whether the run takes the first of them.
  static func text(_ curve: LearningRateCurve, isUsed: Bool = false) -> String {
    let suggestions = curve.suggestions.map { "\($0.name) \(NumberText.significant($0.learningRate))" }
    return "lr-find: \(curve.learningRates.count) steps; "
      + (curve.lackOfSuggestions.map { "no suggestion, since \($0)" } ?? suggestions.joined(separator: ", "))
      + (isUsed ? curve.suggestions.first.map { "; the run takes \($0.name)" } ?? "" : "")
  }
}
