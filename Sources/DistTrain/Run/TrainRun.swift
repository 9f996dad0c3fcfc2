internal import Memory
internal import SystemPackage
internal import Teams
internal import Training

/// How a worker's part of `train` has ended.
struct TrainEnd: Sendable {
  let fit: FitEnd
  /// What is still writing files; on worker 0 of a run that has files.
  let writer: RunWriter?
}

/// One worker's part of `dist-train train`: a durable run, and what is printed about it.
final class TrainRun {
  private let options: OptionValues
  private let team: any Team
  private let run: DurableRun
  private let metrics: [Metric]
  private let table: EpochTable
  private var progress: FitProgress?
  private let observedSteps: Int

  private var session: Session { run.session }
  private var configuration: RunConfiguration { session.configuration }
  private var isFirst: Bool { team.rank == 0 }
  /// Whether plots are printed: on a terminal only.
  private var showsPlots: Bool { !options(RunOption.output.noPlot) && Terminal.standardOutput != nil }
  private var prints: Bool { isFirst && !options(RunOption.output.quiet) }

  /// Sets everything up. Collective.
  ///
  /// - ranks: processes of the job.
  init(
    _ options: OptionValues, _ configuration: RunConfiguration, _ start: RunStart, ranks: Int, _ team: any Team
  ) throws {
    self.options = options
    self.team = team
    metrics = configuration.metrics.map { Metric($0) }
    table = EpochTable(metrics: metrics.map(\.name), width: Terminal.standardOutput?.columns)
    // As many as a trace shows; or those that shares of time are taken from, as far as their memory allows; or none.
    observedSteps =
      options.contains(RunOption.output.trace)
      ? 8 : options.writesFiles ? max(2, min(64, 50_000 / SpanLog.spansPerStep(configuration))) : 0
    let session = try Session(
      configuration, team: team,
      spans: observedSteps > 0 ? SpanLog(capacity: observedSteps * SpanLog.spansPerStep(configuration)) : nil,
      awaitsCheckpoint: start.resumption != nil)
    var keeping = options.keeping(configuration, ranks: ranks)
    let scale = LargeBatch(options).scale(
      configuration, batches: session.tokensPerEpoch / (configuration.batchSize * configuration.bptt))
    keeping.remedy = { sound, rate in
      sound.map { "go on from the newest sound checkpoint: --resume \($0.named) --new-schedule --lr \(rate)" }
        ?? "no checkpoint is sound: begin again with --lr \(Self.unscaled(rate, scale)) and another --out"
    }
    run = try DurableRun(session, from: start, at: options.place(configuration, start), keeping)
  }

  /// The rate that the options give where the run's is `rate`: `scale` times as high.
  private static func unscaled(_ rate: String, _ scale: Double) -> String {
    scale == 1 ? rate : Double(rate).map { NumberText.significant($0 / scale) } ?? rate
  }

  /// Trains and writes. Collective.
  func train(wantsStop: @escaping () -> Bool) throws -> TrainEnd {
    let fault = Fault.asked(of: team.rank)
    let rate = try run.learningRate(found: { show($0) })
    let firstStep = run.firstState.step
    let plan = session.plan(learningRate: rate)
    let steps = session.steps(of: plan)
    if prints {
      let batches = session.tokensPerEpoch / (configuration.batchSize * configuration.bptt)
      let largeBatch = LargeBatch(options)
      if let line = largeBatch.report(configuration, workers: team.size, rate: rate, batches: batches) {
        printLine(line)
      }
      if let count = session.tokensTakenOver {
        printLine(
          "\(NumberText.grouped(count)) of \(NumberText.grouped(session.vocabulary.count)) tokens are taken over "
            + "from \(PlainText.visible(configuration.initialWeights ?? "")), the others begin at the mean")
      }
      printLine(table.header)
      progress = FitProgress(steps: steps, terminal: Terminal.standardOutput, at: .now)
    }
    // Whatever is printed next, an error too, finds the progress line erased.
    defer { progress?.clear() }
    var observer = RunObserver()
    observer.step = { try fault?.strike(.after, step: $0.step) }
    observer.epoch = { [self] in report($0) }
    observer.progress = { [self] in progress?.tell($0, $1, at: $2) }
    var step = firstStep
    observer.wantsStop = {
      step += 1
      try fault?.strike(.before, step: step)
      return wantsStop()
    }
    session.observe(from: firstStep, to: steps, most: observedSteps)
    if let directory = run.directory { Self.nameCheckpoints(of: directory) }
    let end = try run.fit(plan, rate: rate, observer)
    progress?.clear()
    if let file = options[RunOption.output.trace], let trace = session.trace() { try OutputFile.write(trace, to: file) }
    reportSkippedSteps()
    let isStopped = if case .stopped = end { true } else { false }
    if !isStopped, prints, showsPlots { TerminalPlot.show(run.lossPlot) }
    // What the fit alone needed makes room for what the files need.
    ProgramPages.giveBackUnused()
    let digest = try run.writeResults(end)
    if case .stopped(let step) = end {
      reportStop(step, memoryShortage())
      // The first process to end ends the job: wait until worker 0 has written the line.
      team.barrier()
    }
    if case .ended(let step, let reason) = end, prints {
      printLine(DurableRun.text(step, reason) + (step == firstStep ? "; nothing is left to do" : ""))
    }
    if let digest { report(digest: digest) }
    return TrainEnd(fit: end, writer: run.writer)
  }

  // MARK: What is printed

  private func show(_ curve: LearningRateCurve) {
    guard prints else { return }
    if showsPlots { TerminalPlot.show(curve.plot(configuration.caption)) }
    printLine(LearningRateReport.text(curve, isUsed: configuration.learningRate == nil))
  }

  private func report(_ epoch: EpochRecord) {
    progress?.clear()
    if prints { printLine(table.row(epoch, metrics: metrics, isBest: run.history.bestEpoch == epoch.epoch)) }
  }

  private func reportSkippedSteps() {
    guard isFirst, let text = run.history.skippedStepsText else { return }
    StandardOutput.writeError(
      RunError(text, at: "--on-non-finite skip", remedy: "give a lower --lr or a --clip", status: .success))
  }

  /// - shortage: the shortage of memory that stops the run; nil where it was asked to stop.
  private func reportStop(_ step: Int, _ shortage: RunError?) {
    guard isFirst else { return }
    let remedy = run.directory.map { "run again with --resume \($0.path)" } ?? "nothing is kept with --out none"
    guard let shortage else {
      StandardOutput.writeError(RunError("stopped as asked", at: "step \(step)", remedy: remedy, status: .tryAgain))
      return
    }
    StandardOutput.writeError(
      RunError(
        "stopped with \(shortage.problem)", at: "step \(step), \(shortage.place)",
        remedy: "\(shortage.remedy); \(remedy)", status: .tryAgain))
  }

  /// The shortage of memory of the first worker that has one; on worker 0. Collective.
  private func memoryShortage() -> RunError? {
    let own = MemoryReserve.shortage.map { RunError($0) }
    return team.gather(own?.message ?? []).first { !$0.isEmpty }.map { RunError(message: $0) }
  }

  /// From here on, the line about a shortage of memory names the directory to resume from.
  private static func nameCheckpoints(of directory: RunDirectory) {
    Job.prepareForShortage { error in
      guard !CheckpointStore.list(directory.path(of: .checkpoints)).isEmpty else { return error }
      return RunError(
        error.problem, at: error.place, remedy: "\(error.remedy); go on with --resume \(directory.path.named)",
        status: error.status)
    }
  }

  private func report(digest: String) {
    if prints, let directory = run.directory { printLine("run directory \(PlainText.visible(directory.path.named))") }
    printLine("digest \(digest)")
  }
}

extension OptionValues {
  /// Where the files of a run go.
  fileprivate func place(_ configuration: RunConfiguration, _ start: RunStart) -> RunPlace {
    switch self[RunOption.output.out] {
    case .nowhere: return .nowhere
    case .directory(let path): return .directory(FilePath(named: path))
    case nil: break
    }
    switch start {
    case .begun(let beginning): return .beginning(FilePath(named: beginning.directory))
    case .checkpoint(let resumption):
      // A file that lies outside of a run's directory has none to go on in.
      return resumption.directory.map { .continuing($0) } ?? .named(configuration.model.kind.name)
    case .fresh: return .named(configuration.model.kind.name)
    }
  }
}
