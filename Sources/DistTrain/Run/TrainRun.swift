internal import MPI
internal import SystemPackage
internal import Teams
internal import Training

/// How a worker's part of `train` has ended.
struct TrainEnd: Sendable {
  let fit: FitEnd
  /// What still brings files to the disk; on worker 0, where there are any.
  let writer: RunWriter?
}

/// One worker's part of `dist-train train`.
final class TrainRun {
  private let options: OptionValues
  private let configuration: RunConfiguration
  private let resumption: Resumption?
  private let team: any Team
  private let session: Session
  private let directory: RunDirectory?
  private let writer: RunWriter?
  private var history = RunHistory()
  private let table = EpochTable(width: Terminal.standardOutput?.columns)
  private var watch: FitWatch?
  private var curve: LearningRateCurve?
  private let observedSteps: Int

  private var isFirst: Bool { team.rank == 0 }
  /// Whether a terminal is there that gets plots.
  private var showsPlots: Bool { !options(RunOption.output.noPlot) && Terminal.standardOutput != nil }
  private var tells: Bool { isFirst && !options(RunOption.output.quiet) }

  /// Sets everything up. Collective.
  init(
    _ options: OptionValues, _ configuration: RunConfiguration, _ resumption: Resumption?, _ team: any Team
  ) throws {
    self.options = options
    self.configuration = configuration
    self.resumption = resumption
    self.team = team
    // As many as a trace shows; as the shares of time are taken from, if that is not too much memory; or none.
    observedSteps =
      options.contains(RunOption.output.trace)
      ? 8 : options.writesFiles ? max(2, min(64, 50_000 / SpanLog.spansPerStep(configuration))) : 0
    session = try Session(
      configuration, team: team,
      spans: observedSteps > 0 ? SpanLog(capacity: observedSteps * SpanLog.spansPerStep(configuration)) : nil,
      awaitsCheckpoint: resumption != nil)
    if let resumption { try session.restore(resumption.checkpoint, from: resumption.path.string) }
    var files: RunFiles?
    let session = session
    directory = try OutputDirectory.agree(team) { () throws(RunError) in
      files = try RunFiles(options, session, resumption)
      return files?.directory
    }
    writer = files?.writer
    if let start = files?.history { history = start }
  }

  /// Trains and writes. Collective.
  func train(wantsStop: @escaping () -> Bool) throws -> TrainEnd {
    let fault = Fault.asked(of: team.rank)
    let rate = try learningRate()
    let firstStep = resumption?.checkpoint.fit.step ?? 0
    var plan = session.plan(learningRate: rate)
    plan.checkpointEvery = options[RunOption.durability.checkpointEvery]
    plan.nonFinite = options(RunOption.schedule.nonFinite)
    if tells {
      let batches = session.tokensPerEpoch / (configuration.batchSize * configuration.bptt)
      let largeBatch = LargeBatch(options)
      if let line = largeBatch.report(configuration, workers: team.size, rate: rate, batches: batches) {
        printLine(line)
      }
      printLine(table.header)
    }
    if isFirst { watch = FitWatch(session, firstStep: firstStep, steps: session.steps(of: plan), isTold: tells) }
    // Whatever comes next, an error too, finds a free line.
    defer { watch?.clear() }
    var observer = FitObserver(
      step: { [self] in
        try take($0)
        try fault?.strike(.after, step: $0.step)
      },
      epoch: { [self] in try finish($0) })
    var step = firstStep
    observer.wantsStop = {
      step += 1
      try fault?.strike(.before, step: step)
      return wantsStop()
    }
    if options.writesFiles {
      observer.checkpoint = { [self] in try keep($0, rate: rate, durable: $1) }
      observer.failure = { [self] in try report($0, rate: rate) }
    }
    session.observe(from: firstStep, to: session.steps(of: plan), most: observedSteps)
    let end = try session.fit(plan, from: resumption?.checkpoint.fit ?? FitState(), observer)
    watch?.finish()
    try submit()
    if let file = options[RunOption.output.trace], let trace = session.trace() { try OutputFile.write(trace, to: file) }
    reportSkippedSteps()
    if case .stopped(let step) = end {
      try writeSummary("stopped at step \(NumberText.grouped(step)) of \(NumberText.grouped(session.steps(of: plan)))")
      tellStop(step)
      // The first to end ends the job: not before it is told.
      team.barrier()
    } else {
      try writeResults()
    }
    return TrainEnd(fit: end, writer: writer)
  }

  /// That of the options, of the checkpoint, or the LR finder's.
  private func learningRate() throws -> Double {
    if let resumption { return configuration.learningRate ?? resumption.checkpoint.learningRate }
    var rate = configuration.learningRate
    if configuration.findsLearningRate {
      var finder = LearningRateFinder()
      finder.weightDecay = configuration.weightDecay
      let curve = session.findLearningRate(finder)
      self.curve = curve
      if tells {
        if showsPlots { TerminalPlot.show(curve.plot(configuration.caption)) }
        print(LearningRateReport.text(curve, isUsed: rate == nil))
      }
      if rate == nil, let found = curve.suggestions.first?.learningRate {
        rate = found
        try keepConfiguration(rate: found)
      }
      if let directory { try LearningRateReport.write(curve, configuration, to: directory) }
    }
    guard let rate else {
      let reason = curve?.lackOfSuggestions.map { " (\($0))" } ?? ""
      throw RunError(
        "the LR finder found no learning rate\(reason)", at: "--lr auto", remedy: "give a number", status: .failure)
    }
    return rate
  }

  /// Writes `config.json` with the learning rate that was found, so that it gives this run again.
  private func keepConfiguration(rate: Double) throws {
    guard let directory else { return }
    var resolved = configuration
    resolved.learningRate = rate
    try directory.write(
      ConfigurationFile.text(
        resolved, nonFinite: options(RunOption.schedule.nonFinite), workers: team.size,
        facts: LargeBatch(options).facts(resolved)),
      as: .configuration)
  }

  private func take(_ step: StepRecord) throws {
    guard isFirst else { return }
    history.add(step)
    if watch?.step(step) ?? false { try submit() }
  }

  private func finish(_ epoch: EpochRecord) throws {
    guard isFirst else { return }
    history.add(epoch)
    watch?.epoch()
    try submit()
    if tells { printLine(table.row(epoch)) }
  }

  /// Gives what has been told to the writer.
  private func submit() throws {
    guard let writer else { return }
    try writer.submit(metrics: takeMetrics())
  }

  private func takeMetrics() -> MetricsBatch {
    var metrics = history.take()
    metrics.speeds = watch?.takeSpeeds() ?? []
    return metrics
  }

  /// Takes a checkpoint; collective.
  private func keep(_ fit: FitState, rate: Double, durable: Bool) throws {
    let metrics = takeMetrics()
    try session.keep(fit, learningRate: rate, metrics: metrics, metricsLength: history.length, with: writer)
    guard durable else { return }
    try writer?.finish()
    // Nobody ends, and with it the job, before the file is there.
    team.barrier()
  }

  /// Leaves a report of what has ended the run, and returns its error with what to go on from; collective.
  private func report(_ error: RunError, rate: Double) throws -> RunError {
    var message: [UInt8] = []
    if isFirst {
      try submit()
      try writer?.finish()
      message = advice(error, rate: rate).message
    }
    message = team.broadcast(message, from: 0)
    let told = RunError(message: message)
    try writeSummary("failed: \(told)")
    // The first to end ends the job: not before all is written.
    team.barrier()
    return told
  }

  /// The error of a run that isn't finite any more, with the command that goes on from the newest checkpoint which has
  /// been trained on from: that of the last state wouldn't get further at any rate.
  private func advice(_ error: RunError, rate: Double) -> RunError {
    guard let directory else { return error }
    let last = history.steps.last { !$0.isSkipped }?.step ?? 0
    // A tenth of a rate that is far off is far off still: at most the default.
    let lower = NumberText.significant(min(rate / 10, RunConfiguration().learningRate ?? rate))
    let sound = CheckpointStore.list(directory.path(of: .checkpoints)).first { $0.step < last }
    let remedy =
      sound.map { "go on from the newest sound checkpoint: --resume \($0.path.named) --new-schedule --lr \(lower)" }
      ?? "no checkpoint is sound: begin again with --lr \(lower) and another --out"
    return RunError(error.problem, at: error.place, remedy: remedy, status: error.status)
  }

  /// How many steps were left out; nil for none.
  private var leftOutText: String? {
    let count = history.steps.count(where: \.isSkipped)
    return count == 0
      ? nil
      : "\(NumberText.grouped(count)) of \(NumberText.grouped(history.steps.count)) steps were left out as not finite"
  }

  private func reportSkippedSteps() {
    guard isFirst, let leftOutText else { return }
    writeErrorLine(
      RunError(leftOutText, at: "--on-non-finite skip", remedy: "give a lower --lr or a --clip", status: .success))
  }

  private func tellStop(_ step: Int) {
    guard isFirst else { return }
    let remedy = directory.map { "run again with --resume \($0.path)" } ?? "nothing is kept with --out none"
    writeErrorLine(RunError("stopped as asked", at: "step \(step)", remedy: remedy, status: .tryAgain))
  }

  /// Weights, plot and digest. Collective.
  private func writeResults() throws {
    if tells, showsPlots { TerminalPlot.show(history.plot(configuration)) }
    try session.writeWeights(to: directory)
    if let directory {
      try directory.write(history.plot(configuration).svg(), as: .lossPlot)
    }
    let digest = session.digest()
    try writeSummary("finished", samples: directory.map { samples($0) } ?? [], digest: digest)
    if tells, let directory { print("run directory \(PlainText.visible(directory.path.named))") }
    if let digest { print("digest \(digest)") }
  }

  /// What the model that has been written writes; nothing for one that can't.
  private func samples(_ directory: RunDirectory) -> [RunReport.Sample] {
    guard let model = try? TrainedModel(directory.path(of: .model).named) else { return [] }
    return [("the likeliest tokens", 0.0), ("tokens as likely as the model has them", 1.0)].compactMap {
      title, temperature in
      var settings = TextGeneration.Settings()
      settings.temperature = temperature
      settings.seed = configuration.seed
      return (try? TextGeneration(model, prompt: "", settings)).map { RunReport.Sample(title, $0.text) }
    }
  }

  /// The metrics as a table, and the report. Collective.
  private func writeSummary(_ end: String, samples: [RunReport.Sample] = [], digest: String? = nil) throws {
    guard options.writesFiles else { return }
    let shares = session.workerShares()
    guard let directory else { return }
    try directory.write(MetricsTable.pieces(history.steps, history.epochs), as: .metricsTable)
    var report = RunReport(
      configuration, tokensPerEpoch: session.tokensPerEpoch,
      end: [end, leftOutText].compactMap { $0 }.joined(separator: "; "))
    report.environment = EnvironmentFacts.entries(workers: team.size)
    (report.steps, report.epochs) = (history.steps, history.epochs)
    (report.shares, report.samples) = (shares, samples)
    // A run that goes on has had its finder before.
    report.curve = curve ?? directory.text(of: .learningRateTable).flatMap { LearningRateCurve(csv: $0) }
    report.notes = (digest.map { ["digest \($0)"] } ?? [])
    report.notes.append("This run again: dist-train train --config \(directory.path(of: .configuration))")
    try directory.write(report.html(), as: .report)
  }
}
