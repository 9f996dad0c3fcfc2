internal import Configuration
internal import Jobs
internal import Teams
internal import Models
internal import Data
internal import Files
internal import Optimization

/// A fit under way: a step is committed only when the next exchange has shown that what it left is finite on every
/// worker.
struct FitLoop {
  let trainer: Trainer
  let plan: FitPlan
  let observer: FitObserver
  /// Nil where nothing may decide about the fit.
  let callbacks: CallbackGroup?
  /// Up to the last step that is committed.
  var state: FitState
  /// The step done last, until it is committed.
  var pending: Pending?
  /// Where replays start from.
  var snapshot: StateSnapshot
  var snapshotStep: Int
  /// How many steps have been left out.
  var skippedSteps = SkippedSteps()
  /// Steps from one whose gradient's norm is recorded to the next, where it isn't clipped.
  private static let normInterval = 10
  private let clock = ContinuousClock()
  private var epochStart: ContinuousClock.Instant

  struct Pending {
    let record: StepRecord
    let smoothed: SmoothedLoss
  }

  /// Collective.
  init(_ trainer: Trainer, _ plan: FitPlan, _ state: FitState, _ observer: FitObserver) {
    self.trainer = trainer
    self.plan = plan
    self.state = state
    self.observer = observer
    callbacks = CallbackGroup(observer.callbacks, trainer.team)
    callbacks?.restore(state.callbacks)
    trainer.context.flags.gradientWasBad = false
    snapshot = StateSnapshot(trainer)
    snapshotStep = state.step
    epochStart = clock.now
  }

  var stepsPerEpoch: Int { trainer.groups.steps }

  /// All that is left of the plan.
  mutating func run() throws -> FitEnd {
    let steps = plan.epochs * stepsPerEpoch
    let limit = min(steps, plan.stepLimit ?? steps)
    let flags = trainer.context.flags
    if state.awaitsValidation { try finishEpoch() }
    while state.step < limit, state.endReason == nil {
      let step = state.step + (pending == nil ? 0 : 1)
      try callBefore(step)
      if let end = try endIfAsked() { return end }
      flags.wantsStop = try observer.wantsStop()
      let loss = apply(step)
      if flags.precedingGradientWasBad {
        try skipStep(step - 1)
        continue
      }
      let stops = flags.stops
      try confirm()
      guard loss.isFinite else {
        try skipStep(step)
        continue
      }
      setPending(step, loss)
      let done = step + 1
      let isSeen = callbacks?.hasBatchHooks ?? false
      guard stops || isSeen || done == limit || done % stepsPerEpoch == 0 || isDue(done) else { continue }
      // Nothing may be kept, validated or reported before it is committed.
      if trainer.agreement.ask(flags.gradientWasBad) {
        try skipStep(step)
        continue
      }
      try confirm()
      if stops { return try stop() }
      try settle()
    }
    return state.endReason.map { .ended(step: state.step, reason: $0) } ?? .finished
  }

  /// Ends the fit where a callback has asked for it before a step.
  private mutating func endIfAsked() throws -> FitEnd? {
    guard let reason = state.endReason else { return nil }
    try keepCheckpoint(durable: false)
    return .ended(step: state.step, reason: reason)
  }

  /// Does a step; the number is counted from 0.
  func apply(_ step: Int) -> Double {
    let (rate, momentum) = rates(step)
    if let spans = trainer.context.spans { Self.trace(step, spans, trainer.team) }
    trainer.team.record(step: step + 1)
    return trainer.step(
      step % stepsPerEpoch, learningRate: rate, momentum: momentum, weightDecay: plan.weightDecay,
      takesNorm: (step + 1) % Self.normInterval == 0)
  }

  /// Keeps the spans of the steps that are observed.
  private static func trace(_ step: Int, _ spans: SpanLog, _ team: any Team) {
    if step == spans.steps.lowerBound, !spans.steps.isEmpty {
      team.barrier()
      spans.start()
    }
    spans.isOn = spans.steps.contains(step)
  }

  /// Learning rate and momentum of a step, as the schedule and the callbacks have it.
  func rates(_ step: Int) -> (learningRate: Double, momentum: Double) {
    let (rate, momentum) = plan.schedule(step)
    return (rate * state.rateFactor, momentum)
  }

  func record(_ step: Int, _ loss: Double, _ smoothed: Double) -> StepRecord {
    let (rate, momentum) = rates(step)
    return StepRecord(
      step: step + 1, epoch: step / stepsPerEpoch + 1, loss: loss, smoothedLoss: smoothed, learningRate: rate,
      momentum: momentum)
  }

  private mutating func setPending(_ step: Int, _ loss: Double) {
    var smoothed = state.smoothed
    let mean = smoothed.add(loss)
    var record = record(step, loss, mean)
    record.gradientNorm = trainer.norm
    pending = Pending(record: record, smoothed: smoothed)
  }

  /// Commits the pending step.
  private mutating func confirm() throws {
    guard let step = pending else { return }
    pending = nil
    state.step += 1
    state.smoothed = step.smoothed
    skippedSteps.commit()
    try observer.step(step.record)
    try callAfter(step.record)
  }

  /// What is due after a step that is committed.
  mutating func settle() throws {
    if state.step % stepsPerEpoch == 0 {
      try finishEpoch()
      return
    }
    if isDue(state.step) || state.step == plan.stepLimit || state.endReason != nil {
      try keepCheckpoint(durable: false)
    }
    // With hooks of batches a step comes here that has nothing else to settle.
    if isDue(state.step) || callbacks?.hasBatchHooks != true { keepSnapshot() }
  }

  private mutating func keepCheckpoint(durable: Bool) throws {
    state.callbacks = callbacks?.states ?? []
    try observer.checkpoint?(state, durable)
  }

  private func isDue(_ step: Int) -> Bool {
    guard observer.checkpoint != nil else { return false }
    return step % (plan.checkpointEvery ?? stepsPerEpoch) == 0
  }

  private mutating func finishEpoch() throws {
    let (loss, accuracy) = trainer.validate()
    let isSound = loss.isFinite && !trainer.agreement.ask(!trainer.hasFiniteState)
    state.awaitsValidation = false
    skippedSteps.startEpoch()
    let metrics = try trainer.metricFigures(validLoss: loss)
    var record = EpochRecord(
      epoch: state.step / stepsPerEpoch, trainLoss: state.smoothed.value, validLoss: loss, accuracy: accuracy,
      seconds: (clock.now - epochStart) / .seconds(1))
    record.metrics = metrics
    let isBest = isSound && noteBest(record)
    try observer.epoch(record)
    epochStart = clock.now
    guard isSound else {
      // No step is at fault that could be taken back; the latest state that has been sound can.
      snapshot.restore(trainer)
      trainer.isValidated = false
      throw try observer.failure(validationError(loss)).agreed
    }
    try callAfter(record)
    let isLast = state.step == plan.epochs * stepsPerEpoch || state.step == plan.stepLimit || state.endReason != nil
    if isDue(state.step) || isBest || isLast { try keepCheckpoint(durable: false) }
    keepSnapshot()
  }

  private mutating func stop() throws -> FitEnd {
    state.awaitsValidation = state.step % stepsPerEpoch == 0
    try keepCheckpoint(durable: true)
    return .stopped(step: state.step)
  }

  mutating func keepSnapshot() {
    snapshot.take(trainer)
    snapshotStep = state.step
  }
}
