public import Configuration
internal import Files
public import Fitting
public import Reports

/// What a run has told so far, from its first step on: in memory that doesn't grow with it.
public struct RunHistory: Sendable {
  private var log = MetricsLog()
  /// The run's steps, or those that show the shape of its curves.
  public private(set) var steps = BoundedSeries<StepRecord>(capacity: 4096)
  /// Its epochs likewise.
  public private(set) var epochs = BoundedSeries<EpochRecord>(capacity: 1024)
  /// Seconds of all epochs.
  public private(set) var epochSeconds = 0.0
  /// How many steps were left out.
  public private(set) var skippedSteps = 0
  /// The last step that wasn't; 0 before the first.
  public private(set) var lastAppliedStep = 0
  /// The best validation's epoch, from 1 on, as the run judges it; 0 before the first.
  public private(set) var bestEpoch = 0
  private var best: Double?
  private let monitor: MonitoredFigure
  private let minDelta: Double
  /// Those that aren't among the metrics yet.
  private var pending = MetricsBatch()
  /// Whether what is told becomes lines.
  private let isWritten: Bool
  /// Bytes of all lines taken.
  public private(set) var length = 0

  /// Of a run that starts.
  ///
  /// - isWritten: whether it has metrics to be written: `take` is called.
  /// - monitor, minDelta: what the best validation is judged by.
  init(isWritten: Bool, monitor: MonitoredFigure = .validLoss, minDelta: Double = 0) {
    (self.isWritten, self.monitor, self.minDelta) = (isWritten, monitor, minDelta)
  }

  /// Goes over the metrics of a run that goes on, `length` bytes of them, record by record.
  mutating func add(earlier record: MetricsRecord) {
    switch record {
    case .step(let step): note(step)
    case .epoch(let epoch): note(epoch)
    case .other: break
    }
  }

  /// Takes note of so many bytes of metrics that the run had before.
  mutating func add(earlierBytes count: Int) { length += count }

  mutating func add(_ record: StepRecord) {
    note(record)
    guard isWritten else { return }
    log.append(record)
    pending.steps.append(record)
  }

  mutating func add(_ record: EpochRecord) {
    note(record)
    guard isWritten else { return }
    log.append(record)
    pending.epochs.append(record)
  }

  private mutating func note(_ record: StepRecord) {
    steps.append(record)
    if record.isSkipped { skippedSteps += 1 } else { lastAppliedStep = record.step }
  }

  private mutating func note(_ record: EpochRecord) {
    epochs.append(record)
    epochSeconds += record.seconds
    let value = monitor.value(of: record)
    guard monitor.isBetter(value, than: best, by: minDelta) else { return }
    (best, bestEpoch) = (value, record.epoch)
  }

  /// Whether so much has been told since it was taken last that it is to be taken now, whatever the time.
  var isFull: Bool { pending.steps.count >= 4096 }

  /// What has been told since it was taken last.
  mutating func take() -> MetricsBatch {
    defer { pending = MetricsBatch() }
    pending.lines = log.drain()
    length += pending.lines.utf8.count
    return pending
  }

  /// How many steps were left out as not finite, in words; nil for none.
  public var skippedStepsText: String? {
    skippedSteps == 0
      ? nil
      : "\(NumberText.grouped(skippedSteps)) of \(NumberText.grouped(steps.count)) steps were left out as not finite"
  }

  /// Smoothed train loss by step, valid loss at each epoch's end.
  public func plot(_ configuration: RunConfiguration, stepsPerEpoch: Int) -> LinePlot {
    LinePlot.losses(
      steps: steps.records, valid: epochs.records, stepsPerEpoch: stepsPerEpoch, configuration: configuration.caption)
  }
}
