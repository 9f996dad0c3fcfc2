private import Kernels
private import Teams

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
  /// After each step.
  public var step: (StepRecord) throws -> Void
  /// After each epoch's validation.
  public var epoch: (EpochRecord) throws -> Void

  /// Takes what to call.
  public init(step: @escaping (StepRecord) throws -> Void, epoch: @escaping (EpochRecord) throws -> Void) {
    self.step = step
    self.epoch = epoch
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

  /// Trains by the plan, with a validation after each epoch. Collective.
  ///
  /// - Throws: what the observer throws.
  public func fit(_ plan: FitPlan, _ observer: FitObserver) throws {
    let steps = plan.epochs * stepsPerEpoch
    let clock = ContinuousClock()
    var start = clock.now
    var smoothed = SmoothedLoss()
    for step in 0..<min(steps, plan.stepLimit ?? steps) {
      let (rate, momentum) = plan.schedule(step)
      if let spans { trace(step, spans) }
      let loss = trainer.step(
        step % stepsPerEpoch, learningRate: rate, momentum: momentum, weightDecay: plan.weightDecay)
      let smoothedLoss = smoothed.add(loss)
      let epoch = step / stepsPerEpoch + 1
      try observer.step(
        StepRecord(
          step: step + 1, epoch: epoch, loss: loss, smoothedLoss: smoothedLoss, learningRate: rate, momentum: momentum))
      if (step + 1) % stepsPerEpoch == 0 {
        let (validLoss, accuracy) = trainer.validate()
        try observer.epoch(
          EpochRecord(
            epoch: epoch, trainLoss: smoothedLoss, validLoss: validLoss, accuracy: accuracy,
            seconds: (clock.now - start) / .seconds(1)))
        start = clock.now
      }
    }
  }

  /// Keeps the spans of a few steps behind the first ones, which are slower.
  private func trace(_ step: Int, _ spans: SpanLog) {
    if step == Self.tracedSteps.lowerBound {
      team.barrier()
      spans.start()
    }
    spans.isOn = Self.tracedSteps.contains(step)
  }

  /// Steps, counted from 0, that a trace shows.
  static var tracedSteps: Range<Int> { 10..<18 }

  /// The traced steps of all workers as a Chrome trace, on worker 0; nil elsewhere, and where the session keeps no spans. Collective.
  public func trace() -> String? { spans.flatMap { ChromeTrace.gather($0, team: team) } }

  /// Mean loss and accuracy over the valid split. Collective; moves a carried hidden state on.
  public func validate() -> (loss: Double, accuracy: Double) { trainer.validate() }

  /// Runs the LR finder and puts everything back to the bit. Collective.
  public func findLearningRate(_ finder: LearningRateFinder) -> LearningRateCurve {
    trainer.findLearningRate(finder)
  }

  /// SHA-256 over the whole state, on worker 0; nil elsewhere. Collective.
  public func digest() -> String? { trainer.gatherState()?.digest }

  /// Weights and running statistics as a safetensors file, on worker 0; nil elsewhere. Collective.
  public func weightsFile() -> [UInt8]? {
    guard let state = trainer.gatherState() else { return nil }
    var tensors = zip(trainer.layout.tensors, state.parameters).map {
      NamedTensor($0.name, shape: $0.shape, .floats($1))
    }
    tensors += state.runningStatistics.map { NamedTensor($0.name, shape: [$0.values.count], .floats($0.values)) }
    return SafetensorsFile.bytes(
      tensors: tensors,
      metadata: [
        ("model", configuration.model.name), ("vocabulary", JSONValue.array(vocabulary.map { .string($0) }).text),
      ])
  }
}

/// e^loss, for a mean cross-entropy in nats; infinite beyond a loss of 700, NaN for NaN.
public func perplexity(ofLoss loss: Double) -> Double {
  loss < 700 ? exponential(max(loss, 0)) : loss.isNaN ? loss : .infinity
}
