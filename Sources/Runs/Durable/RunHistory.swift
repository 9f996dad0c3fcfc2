public import Configuration
internal import Files
public import Fitting
public import Reports

/// What a run has told so far, from its first step on.
public struct RunHistory: Sendable {
  private var log = MetricsLog()
  /// The run's steps, from the first on.
  public private(set) var steps: [StepRecord] = []
  /// Its epochs.
  public private(set) var epochs: [EpochRecord] = []
  /// How many of each were taken.
  private var taken = (steps: 0, epochs: 0)
  /// Bytes of all lines taken.
  public private(set) var length = 0

  /// Whether what is told becomes lines.
  private let isWritten: Bool

  /// Of a run that starts.
  ///
  /// - isWritten: whether it has metrics to be written.
  init(isWritten: Bool) { self.isWritten = isWritten }

  /// Of a run that goes on behind so many bytes of metrics.
  init(_ history: MetricsHistory, length: Int) {
    steps = history.steps
    epochs = history.epochs
    isWritten = true
    self.length = length
    taken = (steps.count, epochs.count)
  }

  mutating func add(_ record: StepRecord) {
    if isWritten { log.append(record) }
    steps.append(record)
  }

  mutating func add(_ record: EpochRecord) {
    if isWritten { log.append(record) }
    epochs.append(record)
  }

  /// What has been told since it was taken last.
  mutating func take() -> MetricsBatch {
    var batch = MetricsBatch()
    batch.lines = log.drain()
    batch.steps = Array(steps[taken.steps...])
    batch.epochs = Array(epochs[taken.epochs...])
    length += batch.lines.utf8.count
    taken = (steps.count, epochs.count)
    return batch
  }

  /// How many steps were left out as not finite, in words; nil for none.
  public var skippedStepsText: String? {
    let count = steps.count(where: \.isSkipped)
    return count == 0
      ? nil : "\(NumberText.grouped(count)) of \(NumberText.grouped(steps.count)) steps were left out as not finite"
  }

  /// Smoothed train loss by step, valid loss at each epoch's end.
  public func plot(_ configuration: RunConfiguration) -> LinePlot {
    LinePlot.losses(
      smoothedLosses: steps.map(\.smoothedLoss),
      valid: epochs.map { epoch in (steps.last { $0.epoch == epoch.epoch }?.step ?? 0, epoch.validLoss) },
      configuration: configuration.caption)
  }
}
