public import Configuration
public import Data
internal import Files
public import Fitting
public import Jobs
internal import Kernels
public import Models
public import Optimization
internal import Platform
internal import Reports
internal import Teams

/// Data, a model and an optimizer, as fastai's `Learner`.
///
///     let data = try LanguageModelData(.humanNumbers, batchSize: 64, bptt: 3)
///     let learn = try Learner(data, .model3)
///     try learn.findLearningRate()
///     try learn.fitOneCycle(10, maxLearningRate: 1e-3)
///
/// Without a job it trains on the cores of this process. Inside `Job.run`, given the job, it trains on all ranks and
/// threads: every rank makes the same learners and calls the same methods in the same order, and each gets the same
/// numbers, which do not depend on how many there are.
///
/// A fit that throws leaves the recorder with what it has recorded, and the learner in the state before the step that
/// has failed, to be used further. Where a process alone has failed, as by a full disk under a fit that is kept, the
/// workers of a learner that has several have parted, and its methods throw from then on.
///
/// A fit that is kept in a directory goes on there when the program is run again, however it has ended.
public final class Learner {
  /// What it trains on.
  public let data: LanguageModelData
  /// What the model is.
  public let model: ModelDescription
  /// The sizes and settings it was made with.
  public internal(set) var configuration: RunConfiguration
  /// What the latest fit and LR finder have left.
  public private(set) var recorder: Recorder
  /// Takes the lines of fastai's table while a fit runs, on the job's first process; unless told otherwise, prints each
  /// at once.
  public var output: (String) -> Void = { line in
    print(line)
    fflush(nil)
  }
  /// Asked before each step of a fit that is kept in a directory, on every worker: where one says yes, the fit ends
  /// with a checkpoint and throws. By default, whether a signal has come, for a program that listens to them
  /// (`StopRequest.listen`).
  public var wantsStop: @Sendable () -> Bool = { StopRequest.hasCome }
  /// How many steps of a fit the recorder keeps at most: of a longer fit those that show the shape of its curves
  /// (`BoundedSeries`). Nil for all, 80 bytes each; otherwise at least 8.
  public var recordedSteps: Int?
  /// What a fit does about a step that isn't finite.
  public var nonFinite = NonFiniteRule.stop
  /// What the best validation of a fit is judged by; a fit that is kept has its weights as `best` in the directory.
  public var monitor = MonitoredFigure.validLoss
  /// A validation is better than the best so far by more than this.
  public var minDelta = 0.0
  /// What decides about a fit while it runs: `EarlyStopping`, `ReduceRateOnPlateau`, and callbacks of one's own. Each
  /// process has the same; those of the job's first are called.
  public var callbacks: [any FitCallback] = []
  let sessions: LocalSessions
  let job: Job
  let isFirst: Bool
  /// Whether the configuration alone says what state it is in.
  var isFresh = true

  /// A learner with fresh weights.
  ///
  /// - loss, metrics: as the notebook names them; a nil loss is the model's own.
  /// - hidden: size of the hidden state; nil for the description's. lanes: nil for min(16, batch size).
  /// - accumulate: batches whose mean gradient makes a step; optimizer: how it updates the weights.
  /// - clip: the norm that the gradient is scaled down to; nil for any.
  /// - seed: of the initial weights; weights: a safetensors file of weights to start from instead; newVocabulary:
  ///   whether these may be of another vocabulary, of which what both have is taken over: other tokens begin at the
  ///   mean.
  /// - Throws: `RunError` where loss or metrics don't go with the model, sizes don't fit each other, or the weights
  ///   can't be read.
  public init(
    _ data: LanguageModelData, _ model: ModelDescription, loss: LossFunction? = nil, metrics: [Metric] = [],
    hidden: Int? = nil, lanes: Int? = nil, accumulate: Int = 1, optimizer: OptimizerKind = .adam, clip: Double? = nil,
    seed: UInt64 = 42, hiddenState: HiddenStateRule? = nil, weights: String? = nil, newVocabulary: Bool = false,
    job: Job? = nil
  ) throws {
    self.data = data
    var model = model
    if let hidden { model.hidden = hidden }
    self.model = model
    var configuration = RunConfiguration()
    configuration.model = model
    configuration.batchSize = data.batchSize
    configuration.bptt = data.bptt
    configuration.lanes = lanes
    configuration.accumulate = accumulate
    configuration.optimizer = optimizer
    configuration.clip = clip
    let named = metrics.compactMap(\.optionName)
    if !named.isEmpty { configuration.metrics = named }
    configuration.seed = seed
    configuration.hiddenState = hiddenState ?? (model.kind.startsEpochsAfresh ? .epoch : .carry)
    configuration.initialWeights = weights
    configuration.takesNewVocabulary = newVocabulary && weights != nil
    if let source = data.corpora.source { configuration.take(source) }
    try configuration.checkLearner(loss, metrics)
    self.configuration = configuration
    recorder = Recorder(metrics: metrics, caption: configuration.caption)
    try job?.agree(on: configuration.facts)
    let job = try job ?? Job.alone()
    self.job = job
    isFirst = job.rank == 0
    let workers = try job.makeWorkers(
      Lanes(batchSize: data.batchSize, count: configuration.laneCount))
    let (resolved, texts) = (configuration, Texts(data.corpora))
    sessions = try LocalSessions(workers) { try Session(resolved, texts, team: $0, metrics: metrics) }
  }

  // MARK: Training

  /// Trains with exponentially rising learning rates, from `start` to `end` in `iterations` steps, until the smoothed
  /// loss exceeds four times its best or isn't finite; then puts weights, moments, running statistics and hidden state
  /// back to the bit.
  ///
  /// The curve is also in `recorder.curve`.
  @discardableResult
  public func findLearningRate(
    start: Double = 1e-7, end: Double = 10, iterations: Int = 100, weightDecay: Double = 0.01
  ) throws -> LearningRateCurve {
    let options = RunOption.finder
    try options.start.check(start, at: "start")
    try options.end.check(end, at: "end")
    guard start < end else {
      throw RunError(
        "the rates don't rise from \(start) to \(end)", at: "start, end",
        remedy: "give a smaller start or a larger end", status: .usage)
    }
    try options.iterations.check(iterations, at: "iterations")
    try options.weightDecay.check(weightDecay, at: "weightDecay")
    var finder = LearningRateFinder()
    finder.start = start
    finder.end = end
    finder.iterations = iterations
    finder.weightDecay = weightDecay
    let settings = finder
    let curve = try sessions.run { session, _ in session.findLearningRate(settings) }
    recorder.curve = curve
    return curve
  }

  /// Trains `epochs` epochs by fastai's 1cycle policy.
  ///
  /// The learning rate rises by a cosine from the maximum over `divFactor` to the maximum in the first `pctStart` of
  /// all steps, then falls to that start over 1e4; momentum goes from `ends` to `peak` and back. Moments and step count
  /// go on from an earlier fit.
  ///
  /// - lowestLearningRate: the maximum of the first group of parameters, from which those of the other groups rise
  ///   geometrically to the last one's, `maxLearningRate`: fastai's `slice(lowest, max)`. Each recurrent layer of a
  ///   stack is a group, and embedding, norm and output layer are the last.
  /// - directory: keeps the fit there as the command line keeps a run, with the same files: `config.json`, checkpoints,
  ///   metrics, events, and at the end weights, plots and a report. It is made if it isn't there. One that this fit has
  ///   been kept in before is gone on with from its newest intact checkpoint, to the same bits; nothing is left to do
  ///   where it had ended. `dist-train verify`, `evaluate` and `generate` take it, and where it starts from fresh
  ///   weights or a file's, on texts that a command can find, `--resume` too.
  /// - checkpointEvery: steps from one checkpoint to the next, nil for one an epoch; keep: how many there are besides
  ///   the best.
  /// - Throws: `RunError` with status `usage` that names the parameter, for a value out of the bounds of the command
  ///   line's option, and for a directory that holds another run; with status `tryAgain` after a stop (`wantsStop`).
  public func fitOneCycle(
    _ epochs: Int, maxLearningRate: Double = 3e-3, lowestLearningRate: Double? = nil, pctStart: Double = 0.3,
    divFactor: Double = 25,
    momenta: (ends: Double, peak: Double) = (0.95, 0.85), weightDecay: Double = 0.01,
    keepingIn directory: String? = nil, checkpointEvery: Int? = nil, keep: Int = 3
  ) throws {
    let options = RunOption.schedule
    try options.epochs.check(epochs, at: "epochs")
    try options.learningRate.check(.fixed(maxLearningRate), at: "maxLearningRate")
    if let lowestLearningRate {
      try options.learningRate.check(
        .slice(lowest: lowestLearningRate, highest: maxLearningRate), at: "lowestLearningRate, maxLearningRate")
    }
    try options.pctStart.check(pctStart, at: "pctStart")
    try options.divFactor.check(divFactor, at: "divFactor")
    try options.momenta.check(MomentumRange(ends: momenta.ends, peak: momenta.peak), at: "momenta")
    try options.weightDecay.check(weightDecay, at: "weightDecay")
    var run = configuration
    run.epochs = epochs
    run.learningRate = maxLearningRate
    run.lowestLearningRate = lowestLearningRate
    try run.checkRates(at: "lowestLearningRate, maxLearningRate")
    run.pctStart = pctStart
    run.divFactor = divFactor
    run.momenta = momenta
    run.weightDecay = weightDecay
    try fit(run, rate: maxLearningRate, in: directory, checkpointEvery: checkpointEvery, keep: keep)
  }

  /// Trains as a configuration's schedule says, with the maximum `rate`, as the learner's monitor and callbacks have
  /// it.
  func fit(_ run: RunConfiguration, rate: Double, in directory: String?, checkpointEvery: Int?, keep: Int) throws {
    var schedule = try monitored(run)
    schedule.findsLearningRate = recorder.curve != nil
    let settled = schedule
    try fit(kept(settled, in: directory, checkpointEvery: checkpointEvery, keep: keep), rate: rate) { session in
      session.takeSchedule(of: settled)
      return session.plan(learningRate: rate)
    }
  }

  private func fit(_ fit: KeptFit, rate: Double, _ plan: @escaping @Sendable (Session) -> FitPlan) throws {
    let table = EpochTable(metrics: recorder.metrics.map(\.name))
    if let recordedSteps { try ValueBounds<Int>.from(8).check(recordedSteps, "recorded steps", at: "recordedSteps") }
    var settled = fit
    settled.keeping.nonFinite = nonFinite
    let kept = settled
    let log = FitLog(recorder.forNextFit, most: recordedSteps, output: isFirst ? output : { _ in })
    for step in kept.history.steps { log.add(step) }
    log.recorder.epochs = kept.history.epochs
    log.tell(table.header)
    let wantsStop = wantsStop
    let curve = recorder.curve
    let callbacks = try ownCallbacks()
    isFresh = false
    // Of a fit that throws too.
    defer { recorder = log.finished }
    let (end, writer, skipped) = try sessions.run { session, isLocalFirst in
      // First, since `config.json` has the schedule from the session.
      let plan = plan(session)
      let run = try DurableRun(session, from: kept.start, at: kept.place, kept.keeping)
      if let curve { try run.take(curve) }
      var observer = RunObserver()
      observer.step = { record in if isLocalFirst { log.add(record) } }
      observer.epoch = { record in
        guard isLocalFirst else { return }
        log.recorder.epochs.append(record)
        // Only a fit that is kept has the best model's weights.
        let isBest = kept.place != .nowhere && run.history.bestEpoch == record.epoch
        log.tell(table.row(record, metrics: log.recorder.metrics, isBest: isBest))
      }
      if kept.place != .nowhere { observer.wantsStop = wantsStop }
      observer.callbacks = callbacks.all
      let end = try run.fit(plan, rate: rate, observer)
      if kept.place != .nowhere { _ = try run.writeResults(end) }
      return (end, run.writer, run.history.skippedStepsText)
    }
    try writer?.finish()
    if let skipped { log.tell(skipped) }
    if case .ended(let step, let reason) = end { log.tell(DurableRun.text(step, reason)) }
    if case .stopped(let step) = end { throw kept.stop(step) }
  }

  /// Mean loss over the valid split in nats, and the metrics asked for. A carried hidden state moves on, as in the
  /// notebook.
  public func validate() throws -> (loss: Double, metrics: [Double]) {
    isFresh = false
    var record = EpochRecord(epoch: 1, trainLoss: .nan, validLoss: .nan, accuracy: .nan, seconds: 0)
    (record.validLoss, record.accuracy, record.metrics) = try sessions.run { session, _ in
      let (loss, accuracy) = session.validate()
      return (loss, accuracy, try session.metricFigures(validLoss: loss))
    }
    return (record.validLoss, recorder.metrics.map { record.value(of: $0) })
  }

  // MARK: State

  /// SHA-256 over parameters, moments, running statistics, hidden states and step count, as 64 hex digits; nil on all
  /// processes but the job's first.
  public func digest() throws -> String? { try sessions.run { session, _ in session.digest() } }

  /// Weights and running statistics as a safetensors file, with PyTorch's names and shapes; nil on all processes but
  /// the job's first.
  public func weightsFile() throws -> [UInt8]? { try sessions.run { session, _ in session.weightsFile() } }
}

/// What a fit has recorded so far. Only the process's first worker uses it, on the thread that has called the fit.
private final class FitLog: @unchecked Sendable {
  var recorder: Recorder
  private var series: BoundedSeries<StepRecord>?
  private let output: (String) -> Void

  /// - most: steps that are kept; nil for all.
  init(_ recorder: Recorder, most: Int?, output: @escaping (String) -> Void) {
    self.recorder = recorder
    series = most.map { BoundedSeries(capacity: $0) }
    self.output = output
  }

  func add(_ record: StepRecord) {
    if series == nil { recorder.steps.append(record) } else { series?.append(record) }
  }

  /// The recorder after what has been added.
  var finished: Recorder {
    var recorder = recorder
    if let series { recorder.steps = series.records }
    return recorder
  }

  func tell(_ line: String) { output(line) }
}
