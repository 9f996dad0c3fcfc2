internal import Configuration
public import Files
public import Fitting
internal import Jobs
internal import Memory
public import Reports
internal import SystemPackage
internal import Teams

/// One worker's part of a run that is kept in a directory: configuration, metrics, events, checkpoints, and at the end
/// weights, plots and a report. It goes on from what an earlier one has left, to the same bits.
///
/// All workers make it and call its methods in the same order; files are worker 0's, whose errors all throw. For a run
/// that is kept nowhere it only trains.
public final class DurableRun {
  /// What trains.
  public let session: Session
  /// The run's directory; nil on all workers but the first, and where nothing is kept.
  public let directory: RunDirectory?
  /// What brings files to the disk, on worker 0; it is to finish before the process ends.
  public let writer: RunWriter?
  /// What the run has told so far, from its first step on; on worker 0.
  public private(set) var history: RunHistory
  /// The LR finder's curve, where it ran.
  public private(set) var curve: LearningRateCurve?
  let start: RunStart
  let keeping: RunKeeping
  /// Whether the run leaves files.
  let isKept: Bool
  private let clock = ContinuousClock()
  private var pace: Pace?
  private var lastWritten: ContinuousClock.Instant

  /// Metrics wait at most about so long for their file, whoever reads it while the run goes on.
  private static let writeEvery = Duration.seconds(2)

  var isFirst: Bool { session.team.rank == 0 }
  /// Smoothed train loss by step, valid loss at each epoch's end.
  public var lossPlot: LinePlot { history.plot(session.configuration, stepsPerEpoch: session.stepsPerEpoch) }
  /// How far the run has come before: one that has ended goes on only by a new schedule.
  public var firstState: FitState {
    guard let checkpoint = start.resumption?.checkpoint else { return FitState() }
    var state = checkpoint.fit
    if checkpoint.configuration.firstContradiction(of: session.configuration) != nil { state.endReason = nil }
    return state
  }

  /// Puts the session into the state of the checkpoint, where there is one, and opens the directory. Collective.
  ///
  /// - session: of a run from a checkpoint it may be one that awaits it.
  /// - Throws: `RunError`, on all workers alike, where the checkpoint isn't of this session's model and texts, and
  ///   where a file can't be written or is another run's.
  public init(_ session: Session, from start: RunStart, at place: RunPlace, _ keeping: RunKeeping) throws {
    self.session = session
    self.start = start
    self.keeping = keeping
    isKept = place != .nowhere
    if let resumption = start.resumption { try session.restore(resumption.checkpoint, from: resumption.path.string) }
    let files =
      try SharedOutcome.first(session.team) { () throws(RunError) in
        try RunFiles(session, start, place, keeping)
      } ?? nil
    directory = files?.directory
    writer = files?.writer
    lastWritten = clock.now
    let configuration = session.configuration
    history =
      files?.history
      ?? RunHistory(isWritten: false, monitor: configuration.monitor, minDelta: configuration.minDelta)
  }

  /// Trains by the plan from where the run stands, and keeps what is due. Collective.
  ///
  /// - rate: the maximum of the plan's schedule.
  /// - Throws: what the observer throws; `RunError`, on all workers alike, for a run that isn't finite any more.
  public func fit(_ plan: FitPlan, rate: Double, _ observer: RunObserver) throws -> FitEnd {
    var plan = plan
    plan.checkpointEvery = keeping.checkpointEvery
    plan.nonFinite = keeping.nonFinite
    let callbacks = session.configuration.makeCallbacks() + observer.callbacks
    try checkKnown(callbacks)
    if isKept, keeping.keepsBeginning, start.resumption == nil {
      try keep(FitState(), rate: rate, durable: true)
      try writeConfiguration()
    }
    let now = clock.now
    lastWritten = now
    if isFirst {
      pace = Pace(
        tokensPerStep: Double(session.tokensPerEpoch) / Double(session.stepsPerEpoch), firstStep: firstState.step,
        at: now)
    }
    var fitObserver = FitObserver(
      step: { [self] in
        try take($0, observer)
        try observer.step($0)
      },
      epoch: { [self] in
        try take($0)
        try observer.epoch($0)
      })
    fitObserver.wantsStop = observer.wantsStop
    fitObserver.callbacks = callbacks
    if isKept {
      fitObserver.checkpoint = { [self] in try keep($0, rate: rate, durable: $1) }
      fitObserver.failure = { [self] in try report($0, rate: rate) }
    }
    // What memory the end takes is found to be missing before the first step rather than behind the last one.
    MemoryReserve.hold(session.reserveByteCount)
    defer { MemoryReserve.release() }
    let end = try session.fit(plan, from: firstState, fitObserver)
    MemoryReserve.release()
    pace?.finish()
    try submit()
    // Where memory may be refused, what stands is safe before the rest takes any.
    if MemoryLimit.ofThisProcess != nil { try writer?.finish() }
    return end
  }

  /// Throws, on all workers alike, where the checkpoint has the state of a callback that isn't there.
  private func checkKnown(_ callbacks: [any FitCallback]) throws(RunError) {
    guard let resumption = start.resumption else { return }
    let missing = resumption.checkpoint.fit.callbacks.first { kept in !callbacks.contains { $0.name == kept.name } }
    guard let missing else { return }
    throw RunError(
      "the run has the callback \(missing.name), which isn't here", at: resumption.path.named,
      remedy: "go on with it by the program that has it", status: .usage)
  }

  /// Takes the curve of an LR finder that has run on this state: a fresh run has it in its directory. On every worker.
  func take(_ curve: LearningRateCurve) throws(RunError) {
    self.curve = curve
    if start.resumption == nil { try directory?.write(curve, session.configuration) }
  }

  // MARK: What is told

  private func take(_ step: StepRecord, _ observer: RunObserver) throws {
    guard isFirst else { return }
    history.add(step)
    if history.isFull { try submit() }
    let endsEpoch = step.step % session.stepsPerEpoch == 0
    guard var pace, endsEpoch || pace.isDue(step.step) else { return }
    let now = clock.now
    if endsEpoch { pace.endEpoch(step.step, at: now) } else { pace.look(step.step, at: now) }
    self.pace = pace
    observer.progress(step, pace, now)
    guard now - lastWritten >= Self.writeEvery else { return }
    lastWritten = now
    try submit()
  }

  private func take(_ epoch: EpochRecord) throws {
    guard isFirst else { return }
    history.add(epoch)
    pace?.goOn(at: clock.now)
    try submit()
  }

  /// Gives what has been told to the writer.
  private func submit() throws {
    guard let writer else { return }
    try writer.submit(metrics: takeMetrics())
  }

  private func takeMetrics() -> MetricsBatch {
    var metrics = history.take()
    metrics.speeds = pace?.takeSpeeds() ?? []
    return metrics
  }

  // MARK: What is kept

  /// Writes `config.json`, on worker 0.
  func writeConfiguration(rate: Double? = nil) throws(RunError) {
    var configuration = session.configuration
    if let rate { configuration.learningRate = rate }
    try directory?.write(keeping.configurationText(configuration, session.team.size), as: .configuration)
  }

  /// Takes a checkpoint; collective.
  private func keep(_ fit: FitState, rate: Double, durable: Bool) throws {
    let metrics = takeMetrics()
    try session.keep(fit, learningRate: rate, metrics: metrics, metricsLength: history.length, with: writer)
    guard durable else { return }
    try writer?.finish()
    // Nobody ends, and with it the job, before the file is there.
    session.team.barrier()
  }

  /// Leaves a report of what has ended the run, and returns its error with what to go on from; collective.
  private func report(_ error: RunError, rate: Double) throws -> RunError {
    let message = try SharedOutcome.share(session.team) { () throws(RunError) in
      do {
        try submit()
        try writer?.finish()
      } catch {
        throw error as? RunError
          ?? RunError(
            "the run's files can't be written (\(error))", at: directory?.path.named ?? "", remedy: "run again",
            status: .failure)
      }
      return advice(error, rate: rate).message
    }
    let told = RunError(message: message)
    try writeSummary("failed: \(told)")
    // The first to end ends the job: not before all is written.
    session.team.barrier()
    return told
  }

  /// The error of a run that isn't finite any more, with how to go on.
  private func advice(_ error: RunError, rate: Double) -> RunError {
    let last = history.lastAppliedStep
    // No rate has had a part in the first step's loss.
    if last == 0, error.problem == NonFiniteRule.lossProblem, let weights = session.configuration.initialWeights {
      return RunError(
        error.problem, at: "\(error.place), weights \(weights)",
        remedy: "give weights of a run that did not diverge", status: error.status)
    }
    guard let directory else { return error }
    // A tenth of a rate that is far off is far off still: at most the default, at the start too.
    let fall = min(1, session.configuration.divFactor)
    let lower = NumberText.significant(min(rate / 10, RunConfiguration().learningRate ?? rate) * fall)
    let begun = start.resumption?.checkpoint
    let sound = SoundCheckpoints(carried: session.carriedNames).newest(
      CheckpointStore.list(directory.path(of: .checkpoints)), before: last,
      triedStep: begun.flatMap { rate < $0.learningRate ? $0.fit.step : nil })
    return RunError(error.problem, at: error.place, remedy: keeping.remedy(sound, lower), status: error.status)
  }
}
