public import Fitting

/// What a durable run tells while it trains.
public struct RunObserver {
  /// On every worker, after each step, once it is sure to stand.
  public var step: (StepRecord) throws -> Void = { _ in }
  /// On every worker, after each epoch's validation.
  public var epoch: (EpochRecord) throws -> Void = { _ in }
  /// On worker 0, some fifty times a second: how far and how fast it goes.
  public var progress: (_ step: StepRecord, _ pace: Pace, _ time: ContinuousClock.Instant) -> Void = { _, _, _ in }
  /// Whether this worker is asked to stop; looked at before each step.
  public var wantsStop: () throws -> Bool = { false }

  /// What may decide about the fit beside what the configuration asks for: as many on every worker, of which those of
  /// worker 0 are called.
  public var callbacks: [any FitCallback] = []

  /// One that does nothing.
  public init() {}
}
