import Training

/// What a fit has ended in, to be compared with fastai's.
struct FitResult {
  /// The model, as the notebook or lesson 7 names it.
  let model: String
  /// At the last epoch's end.
  let trainLoss, validLoss, accuracy: Double
  /// Duration of all epochs.
  let seconds: Double

  /// The result of the recorder's latest fit, which had at least one epoch.
  init(_ model: String, _ recorder: Recorder) {
    let last = recorder.epochs[recorder.epochs.count - 1]
    self.model = model
    (trainLoss, validLoss, accuracy) = (last.trainLoss, last.validLoss, last.accuracy)
    seconds = recorder.epochs.map(\.seconds).reduce(0, +)
  }

  /// Mean and standard deviation over 12 runs of the notebook, and of lesson 7's models after it, and the seconds that
  /// a fit took on one core where they were recorded.
  private static let fastai: [String: (train: String, valid: String, accuracy: String, seconds: Double?)] = [
    "model0": ("1.815 ± 0.028", "2.155 ± 0.111", "0.450 ± 0.017", 3.17),
    "model1": ("1.779 ± 0.029", "2.060 ± 0.065", "0.460 ± 0.021", 3.17),
    "model2": ("3.104 ± 0.061", "3.360 ± 0.121", "0.162 ± 0.043", 5.72),
    "Model3": ("1.394 ± 0.029", "2.435 ± 0.240", "0.320 ± 0.004", 5.67),
    "Model4": ("0.292 ± 0.051", "1.618 ± 0.400", "0.600 ± 0.052", nil),
    "Model5": ("0.017 ± 0.001", "1.052 ± 0.143", "0.823 ± 0.018", nil),
  ]

  /// A header and a row for each result.
  static func table(_ results: [FitResult]) -> [[String]] {
    let header = [
      "model", "train loss", "fastai", "valid loss", "fastai", "accuracy", "fastai", "seconds", "fastai",
    ]
    return [header]
      + results.map { result in
        let theirs = fastai[result.model]
        return [
          result.model, NumberText.fixed(result.trainLoss, decimals: 3), theirs?.train ?? "",
          NumberText.fixed(result.validLoss, decimals: 3), theirs?.valid ?? "",
          NumberText.fixed(result.accuracy, decimals: 3), theirs?.accuracy ?? "",
          NumberText.fixed(result.seconds, decimals: 2),
          (theirs?.seconds).map { NumberText.fixed($0, decimals: 2) } ?? "",
        ]
      }
  }
}
