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
  /// Runs the LR finder and puts everything back to the bit. Collective.
  public func findLearningRate(_ finder: LearningRateFinder = LearningRateFinder()) -> LearningRateCurve {
    trainer.findLearningRate(finder, weightDecay: configuration.weightDecay)
  }

  /// Trains by the 1cycle policy with a validation after each epoch. Collective.
  public func fit(learningRate: Double, _ observer: FitObserver) throws {
    let perEpoch = trainer.train.count
    let schedule = OneCycle(
      steps: configuration.epochs * perEpoch, maximum: learningRate, pctStart: configuration.pctStart,
      divFactor: configuration.divFactor, momenta: configuration.momenta)
    let last = min(schedule.steps, configuration.stepLimit ?? schedule.steps)
    let clock = ContinuousClock()
    var start = clock.now
    var smoothed = SmoothedLoss()
    var smoothedLoss = 0.0
    for step in 0..<last {
      let (rate, momentum) = schedule(step)
      let loss = trainer.step(
        step % perEpoch, learningRate: rate, momentum: momentum, weightDecay: configuration.weightDecay)
      smoothedLoss = smoothed.add(loss)
      let epoch = step / perEpoch + 1
      try observer.step(
        StepRecord(
          step: step + 1, epoch: epoch, loss: loss, smoothedLoss: smoothedLoss, learningRate: rate, momentum: momentum))
      if (step + 1) % perEpoch == 0 {
        let (validLoss, accuracy) = trainer.validate()
        try observer.epoch(
          EpochRecord(
            epoch: epoch, trainLoss: smoothedLoss, validLoss: validLoss, accuracy: accuracy,
            seconds: (clock.now - start) / .seconds(1)))
        start = clock.now
      }
    }
  }

  /// SHA-256 over the whole state, on worker 0; nil elsewhere. Collective.
  public func digest() -> String? { trainer.gatherState()?.digest }

  /// Weights and running statistics as a safetensors file, on worker 0; nil elsewhere. Collective.
  public func weightsFile() -> [UInt8]? {
    guard let state = trainer.gatherState() else { return nil }
    let shape = trainer.model.shape
    var tensors = zip(shape.tensors, state.parameters).map { NamedTensor($0.name, shape: $0.shape, .floats($1)) }
    tensors.append(NamedTensor("batch_norm.running_mean", shape: [shape.hidden], .floats(state.runningMean)))
    tensors.append(NamedTensor("batch_norm.running_var", shape: [shape.hidden], .floats(state.runningVariance)))
    return SafetensorsFile.bytes(
      tensors: tensors,
      metadata: [("model", configuration.model), ("vocabulary", JSONValue.array(vocabulary.map { .string($0) }).text)])
  }
}
