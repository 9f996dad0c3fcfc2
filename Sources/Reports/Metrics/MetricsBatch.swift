public import Fitting

/// What a run has recorded since the last time.
public struct MetricsBatch: Sendable {
  /// Whole lines of `metrics.jsonl`.
  public var lines = ""
  /// The steps among them.
  public var steps: [StepRecord] = []
  /// The epochs among them.
  public var epochs: [EpochRecord] = []
  /// How fast it went, which isn't among the lines.
  public var speeds: [SpeedRecord] = []

  /// Nothing.
  public init() {}

  /// Whether there is nothing.
  package var isEmpty: Bool { lines.isEmpty && speeds.isEmpty }

  /// Appends what was recorded later.
  package mutating func append(_ next: MetricsBatch) {
    lines += next.lines
    steps += next.steps
    epochs += next.epochs
    speeds += next.speeds
  }
}
