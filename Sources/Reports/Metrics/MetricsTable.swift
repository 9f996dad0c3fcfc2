internal import Files
public import Fitting

/// A run's steps and epochs as one table of comma-separated text.
public enum MetricsTable {
  private static let header =
    "step,epoch,loss,smoothed_loss,lr,momentum,gradient_norm,left_out,valid_loss,accuracy,seconds\n"
  /// Steps that one piece of the text has.
  private static let pieceLength = 512

  /// A line for each step under a header, in pieces of whole lines, so that a long run's text is never in memory as a
  /// whole; the row of an epoch's last step also has what its validation gave.
  ///
  /// Numbers read back to the same bits; those that aren't finite are "nan", "inf" and "-inf", and what isn't there is
  /// empty.
  public static func pieces(_ steps: [StepRecord], _ epochs: [EpochRecord]) -> some Sequence<String> {
    let validations = Dictionary(epochs.map { ($0.epoch, $0) }, uniquingKeysWith: { _, last in last })
    return stride(from: 0, to: max(steps.count, 1), by: pieceLength).lazy.map { first in
      var text = first == 0 ? header : ""
      for index in first..<min(first + pieceLength, steps.count) {
        let step = steps[index]
        text += "\(step.step),\(step.epoch),"
        text += figures([step.loss, step.smoothedLoss, step.learningRate, step.momentum])
        text += ",\(step.gradientNorm.map { NumberText.exact($0) } ?? ""),\(step.isSkipped ? 1 : 0)"
        let endsEpoch = index + 1 == steps.count || steps[index + 1].epoch != step.epoch
        if endsEpoch, let epoch = validations[step.epoch] {
          text += ",\(figures([epoch.validLoss, epoch.accuracy, epoch.seconds]))\n"
        } else {
          text += ",,,\n"
        }
      }
      return text
    }
  }

  private static func figures(_ values: [Double]) -> String {
    values.map { NumberText.exact($0) }.joined(separator: ",")
  }
}
