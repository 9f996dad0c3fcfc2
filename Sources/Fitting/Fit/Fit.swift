public import Configuration
public import Files
private import Kernels
public import Optimization

/// What a fit does: how long, how fast.
public struct FitPlan: Sendable, Equatable {
  /// Epochs, each with a validation at its end.
  public var epochs: Int
  /// Learning rate and momentum by step.
  public var schedule: Schedule
  /// Decoupled weight decay.
  public var weightDecay: Double
  /// Steps after which the fit stops early; nil for all.
  public var stepLimit: Int?
  /// Steps from one checkpoint to the next; nil for one after each epoch's validation.
  public var checkpointEvery: Int?
  /// What to do about a loss or gradient that isn't finite.
  public var nonFinite = NonFiniteRule.stop
  /// What the best validation is judged by.
  public var monitor = MonitoredFigure.validLoss
  /// A validation is better than the best so far by more than this.
  public var minDelta = 0.0
  /// How the groups of parameters are trained; nil for all by the schedule's rate but those that the configuration
  /// freezes.
  public var groupRates: GroupRates?

  /// Takes the plan's parts.
  public init(epochs: Int, schedule: Schedule, weightDecay: Double, stepLimit: Int? = nil) {
    self.epochs = epochs
    self.schedule = schedule
    self.weightDecay = weightDecay
    self.stepLimit = stepLimit
  }
}

/// What a fit reports while it runs; called by every worker, with the same numbers.
public struct FitObserver {
  /// After each step, once it is committed.
  public var step: (StepRecord) throws -> Void
  /// After each epoch's validation.
  public var epoch: (EpochRecord) throws -> Void
  /// When a checkpoint is due, by the plan or before the fit ends early; `durable` asks that it be safe when this
  /// returns, on every worker. Nil where none are kept.
  public var checkpoint: ((_ state: FitState, _ durable: Bool) throws -> Void)?
  /// Before the fit ends by what isn't finite: takes the error, and returns the one that is thrown, which may say more.
  /// No checkpoint is made then, since the state before a step that isn't finite is none to go on from.
  public var failure: (_ error: RunError) throws -> RunError = { $0 }
  /// Whether this worker is asked to stop; looked at before each step.
  public var wantsStop: () throws -> Bool = { false }
  /// What may decide about the fit: as many on every worker, of which those of worker 0 are called.
  public var callbacks: [any FitCallback] = []

  /// Takes what to call.
  public init(
    step: @escaping (StepRecord) throws -> Void, epoch: @escaping (EpochRecord) throws -> Void,
    checkpoint: ((_ state: FitState, _ durable: Bool) throws -> Void)? = nil
  ) {
    self.step = step
    self.epoch = epoch
    self.checkpoint = checkpoint
  }
}

/// e^loss, for a mean cross-entropy in nats; infinite beyond a loss of 700, NaN for NaN.
public func perplexity(ofLoss loss: Double) -> Double {
  loss < 700 ? exponential(max(loss, 0)) : loss.isNaN ? loss : .infinity
}
