internal import Files
public import Fitting

/// The LR finder's curve as comma-separated text, one line for each of its steps.
public enum LearningRateCSV {
  /// The columns `lr,loss,smoothed_loss` under a header line; numbers read back to the same bits, non-finite ones are
  /// "nan", "inf" and "-inf". The three arrays must have the same length.
  public static func text(learningRates: [Double], losses: [Double], smoothedLosses: [Double]) -> String {
    precondition(
      losses.count == learningRates.count && smoothedLosses.count == learningRates.count,
      "\(learningRates.count) rates, \(losses.count) losses, \(smoothedLosses.count) smoothed losses")
    var text = "lr,loss,smoothed_loss\n"
    for index in learningRates.indices {
      let figures = [learningRates[index], losses[index], smoothedLosses[index]].map { NumberText.exact($0) }
      text += figures.joined(separator: ",") + "\n"
    }
    return text
  }
}

extension LearningRateCurve {
  /// The curve that such a table holds; nil for another text.
  public init?(csv: String) {
    self.init()
    let lines = csv.split(separator: "\n")
    guard lines.first == "lr,loss,smoothed_loss" else { return nil }
    for line in lines.dropFirst() {
      let numbers = line.split(separator: ",").compactMap { Double($0) }
      guard numbers.count == 3 else { return nil }
      learningRates.append(numbers[0])
      losses.append(numbers[1])
      smoothedLosses.append(numbers[2])
    }
  }
}
