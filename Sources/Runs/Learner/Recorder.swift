public import Fitting

/// What a learner's latest fit and its latest LR finder have left.
public struct Recorder: Sendable {
  /// The steps of the latest fit; of one with more than the learner's `recordedSteps` those that show the curves'
  /// shape.
  public package(set) var steps: [StepRecord] = []
  /// The epochs of the latest fit.
  public package(set) var epochs: [EpochRecord] = []
  /// The latest LR finder's curve; nil before the first.
  public package(set) var curve: LearningRateCurve?
  /// The metrics by name; empty where none were asked for.
  public let metrics: [Metric]
  /// What stands below the plots' titles.
  let caption: String

  init(metrics: [Metric], caption: String) {
    self.metrics = metrics
    self.caption = caption
  }

  /// Without steps and epochs.
  var forNextFit: Recorder {
    var recorder = Recorder(metrics: metrics, caption: caption)
    recorder.curve = curve
    return recorder
  }

  /// Each step's mean loss, in nats.
  public var losses: [Double] { steps.map(\.loss) }
  /// The debiased exponential mean of the losses, by step.
  public var smoothedLosses: [Double] { steps.map(\.smoothedLoss) }
  /// Each step's learning rate.
  public var learningRates: [Double] { steps.map(\.learningRate) }
  /// Each step's momentum.
  public var momenta: [Double] { steps.map(\.momentum) }
  /// Each epoch's mean loss over the valid split, in nats.
  public var validLosses: [Double] { epochs.map(\.validLoss) }
  /// Each epoch's metrics over the valid split, in the order of `metrics`.
  public var metricValues: [[Double]] { epochs.map { epoch in metrics.map { epoch.value(of: $0) } } }
}
