internal import Training

/// What a run has told so far, from its first step on.
struct RunHistory {
  private var log = MetricsLog()
  private var steps: [StepRecord] = []
  private var epochs: [EpochRecord] = []
  /// Bytes of all lines taken.
  private(set) var length = 0

  /// Of a run that starts.
  init() {}

  /// Of a run that goes on behind so many bytes of metrics.
  init(_ history: MetricsHistory, length: Int) {
    steps = history.steps
    epochs = history.epochs
    self.length = length
  }

  mutating func add(_ record: StepRecord) {
    log.append(record)
    steps.append(record)
  }

  mutating func add(_ record: EpochRecord) {
    log.append(record)
    epochs.append(record)
  }

  /// The lines since they were taken last.
  mutating func takeLines() -> String {
    let lines = log.drain()
    length += lines.utf8.count
    return lines
  }

  /// Smoothed train loss by step, valid loss at each epoch's end.
  func plot(_ configuration: RunConfiguration) -> LinePlot {
    LinePlot.losses(
      smoothedLosses: steps.map(\.smoothedLoss),
      valid: epochs.map { epoch in (steps.last { $0.epoch == epoch.epoch }?.step ?? 0, epoch.validLoss) },
      configuration: configuration.caption)
  }
}
