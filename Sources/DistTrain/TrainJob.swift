internal import SystemPackage
internal import Teams
internal import Training

/// LR finder, fit, files, digest. Standard output and files are worker 0's.
func runTrain(_ options: TrainOptions) throws {
  var configuration = try RunConfiguration(options.shared)
  configuration.epochs = options.epochs
  configuration.learningRate = if case .fixed(let rate) = options.learningRate { rate } else { nil }
  configuration.pctStart = options.pctStart
  configuration.divFactor = options.divFactor
  configuration.momenta = (options.momenta.high, options.momenta.low)
  configuration.weightDecay = options.weightDecay
  configuration.findsLearningRate = options.findsLearningRate
  configuration.stepLimit = options.steps
  let resolved = configuration
  try options.shared.run { try train(options, resolved, $0) }
}

private func train(_ options: TrainOptions, _ configuration: RunConfiguration, _ team: any Team) throws {
  let session = try Session(
    configuration, team: team, spans: options.trace.map { _ in SpanLog(capacity: 1000 * (configuration.bptt + 10)) })
  let directory = try OutputDirectory.agree(team) { () throws(RunError) in
    let made: RunDirectory
    switch options.output {
    case .none: return nil
    case .automatic: made = try RunDirectory(named: configuration.model.name)
    case .directory(let path): made = try RunDirectory(at: FilePath(path))
    }
    try made.write(ConfigurationFile.text(configuration, workers: team.size), as: .configuration)
    return made
  }
  let tells = team.rank == 0 && !options.isQuiet
  var rate = configuration.learningRate
  if configuration.findsLearningRate {
    var finder = LearningRateFinder()
    finder.weightDecay = configuration.weightDecay
    let curve = session.findLearningRate(finder)
    if tells { print(LearningRateReport.text(curve)) }
    rate = rate ?? curve.suggestions.first?.learningRate
    if let directory { try LearningRateReport.write(curve, configuration, to: directory) }
  }
  guard let rate else {
    throw RunError("the LR finder found no learning rate", at: "--lr auto", remedy: "give a number", status: .failure)
  }
  var history = History()
  let table = EpochTable()
  if tells { print(table.header) }
  try session.fit(
    session.plan(learningRate: rate),
    FitObserver(
      step: { if team.rank == 0 { history.add($0) } },
      epoch: { record in
        guard team.rank == 0 else { return }
        history.add(record)
        if let directory { try directory.appendMetrics(&history.log) }
        if tells { print(table.row(record)) }
      }))
  if let file = options.trace, let trace = session.trace() { try OutputFile.write(trace, to: file) }
  let weights = session.weightsFile()
  if let directory, let weights {
    try directory.appendMetrics(&history.log)
    try directory.write(weights, as: .model)
    try directory.write(history.plot(configuration).svg(), as: .lossPlot)
    if tells { print("run directory \(directory.path)") }
  }
  if let digest = session.digest() { print("digest \(digest)") }
}

/// What a fit has told so far.
private struct History {
  var log = MetricsLog()
  private var steps: [StepRecord] = []
  private var epochs: [EpochRecord] = []

  mutating func add(_ record: StepRecord) {
    log.append(record)
    steps.append(record)
  }

  mutating func add(_ record: EpochRecord) {
    log.append(record)
    epochs.append(record)
  }

  /// Smoothed train loss by step, valid loss at each epoch's end.
  func plot(_ configuration: RunConfiguration) -> LinePlot {
    LinePlot.losses(
      smoothedLosses: steps.map(\.smoothedLoss),
      valid: epochs.map { epoch in (steps.last { $0.epoch == epoch.epoch }?.step ?? 0, epoch.validLoss) },
      configuration: configuration.caption)
  }
}
