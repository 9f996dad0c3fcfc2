internal import Training

/// What a run has told so far, from its first step on.
struct RunHistory {
  private var log = MetricsLog()
  /// The run's steps, from the first on.
  private(set) var steps: [StepRecord] = []
  /// Its epochs.
  private(set) var epochs: [EpochRecord] = []
  /// How many of each were taken.
  private var taken = (steps: 0, epochs: 0)
  /// Bytes of all lines taken.
  private(set) var length = 0

  /// Of a run that starts.
  init() {}

  /// Of a run that goes on behind so many bytes of metrics.
  init(_ history: MetricsHistory, length: Int) {
    steps = history.steps
    epochs = history.epochs
    self.length = length
    taken = (steps.count, epochs.count)
  }

  mutating func add(_ record: StepRecord) {
    log.append(record)
    steps.append(record)
  }

  mutating func add(_ record: EpochRecord) {
    log.append(record)
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

  /// Smoothed train loss by step, valid loss at each epoch's end.
  func plot(_ configuration: RunConfiguration) -> LinePlot {
    LinePlot.losses(
      smoothedLosses: steps.map(\.smoothedLoss),
      valid: epochs.map { epoch in (steps.last { $0.epoch == epoch.epoch }?.step ?? 0, epoch.validLoss) },
      configuration: configuration.caption)
  }
}
