internal import Models
internal import Configuration
public import Files
private import Kernels
public import Optimization
internal import Teams
internal import Tokenization

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
  /// Steps from one checkpoint to the next; nil for one behind each epoch's validation.
  public var checkpointEvery: Int?
  /// What to do about a loss or gradient that isn't finite.
  public var nonFinite = NonFiniteRule.stop

  /// Takes the plan's parts.
  public init(epochs: Int, schedule: Schedule, weightDecay: Double, stepLimit: Int? = nil) {
    self.epochs = epochs
    self.schedule = schedule
    self.weightDecay = weightDecay
    self.stepLimit = stepLimit
  }
}

/// What a fit tells while it runs; called by every worker, with the same numbers.
public struct FitObserver {
  /// After each step, once it is sure to stand.
  public var step: (StepRecord) throws -> Void
  /// After each epoch's validation.
  public var epoch: (EpochRecord) throws -> Void
  /// When a checkpoint is due, by the plan or before the fit ends early; `lasts` asks that it be safe when this returns, on every
  /// worker. Nil where none are kept.
  public var checkpoint: ((_ state: FitState, _ lasts: Bool) throws -> Void)?
  /// Before the fit ends by what isn't finite: takes the error, and returns the one that is thrown, which may say more. No checkpoint is
  /// made then, since the state before a step that isn't finite is none to go on from.
  public var failure: (_ error: RunError) throws -> RunError = { $0 }
  /// Whether this worker is asked to stop; looked at before each step.
  public var wantsStop: () throws -> Bool = { false }

  /// Takes what to call.
  public init(
    step: @escaping (StepRecord) throws -> Void, epoch: @escaping (EpochRecord) throws -> Void,
    checkpoint: ((_ state: FitState, _ lasts: Bool) throws -> Void)? = nil
  ) {
    self.step = step
    self.epoch = epoch
    self.checkpoint = checkpoint
  }
}

extension Session {
  /// The plan of the configured run: 1cycle to `learningRate`.
  public func plan(learningRate: Double) -> FitPlan {
    FitPlan(
      epochs: configuration.epochs,
      schedule: .oneCycle(
        OneCycle(
          steps: configuration.epochs * stepsPerEpoch, maximum: learningRate, pctStart: configuration.pctStart,
          divFactor: configuration.divFactor, momenta: configuration.momenta)),
      weightDecay: configuration.weightDecay, stepLimit: configuration.stepLimit)
  }

  /// The last step of a plan, from 1 on.
  public func steps(of plan: FitPlan) -> Int {
    let steps = plan.epochs * stepsPerEpoch
    return min(steps, plan.stepLimit ?? steps)
  }

  /// Trains by the plan from `state` on, with a validation after each epoch. Collective.
  ///
  /// - Throws: what the observer throws; `RunError`, on all workers alike, for a step whose loss, gradient or state isn't finite, unless
  ///   the plan leaves such steps out and they are within `LeftOutSteps`' bounds; and for such a validation.
  @discardableResult
  public func fit(_ plan: FitPlan, from state: FitState = FitState(), _ observer: FitObserver) throws -> FitEnd {
    var loop = FitLoop(trainer, plan, state, observer)
    return try loop.run()
  }

  /// Keeps the spans of the steps that are observed.
  static func trace(_ step: Int, _ spans: SpanLog, _ team: any Team) {
    if step == spans.steps.lowerBound, !spans.steps.isEmpty {
      team.barrier()
      spans.start()
    }
    spans.isOn = spans.steps.contains(step)
  }

  /// Mean loss and accuracy over the valid split. Collective; moves a carried hidden state on.
  public func validate() -> (loss: Double, accuracy: Double) { trainer.validate() }

  /// Runs the LR finder and puts everything back to the bit. Collective.
  public func findLearningRate(_ finder: LearningRateFinder) -> LearningRateCurve {
    trainer.findLearningRate(finder)
  }

  /// SHA-256 over the whole state, on worker 0; nil elsewhere. Collective.
  public func digest() -> String? { trainer.gather()?.state().digest }

  /// Weights and running statistics as a safetensors file, on worker 0; nil elsewhere. Collective.
  public func weightsFile() -> [UInt8]? {
    guard let state = trainer.gather()?.state() else { return nil }
    return SafetensorsFile.bytes(
      tensors: trainer.tensorNames.weights(state),
      metadata: [
        ("model", configuration.model.kind.name), ("description", configuration.model.json.text),
        ("tokenizer", tokenizer.rawValue),
        ("vocabulary", JSONValue.array(vocabulary.map { .string($0) }).text),
      ])
  }
}

/// e^loss, for a mean cross-entropy in nats; infinite beyond a loss of 700, NaN for NaN.
public func perplexity(ofLoss loss: Double) -> Double {
  loss < 700 ? exponential(max(loss, 0)) : loss.isNaN ? loss : .infinity
}
