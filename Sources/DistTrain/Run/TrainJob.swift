internal import MPI
internal import SystemPackage
internal import Teams
internal import Training

/// LR finder, fit, files, digest. Standard output and files are worker 0's.
///
/// - given: what stands on the command line; looked at to go on from a checkpoint.
func runTrain(_ options: TrainOptions, given: GivenOptions) throws {
  let requested = try RunConfiguration(options)
  let durability = options.durability
  // More seconds than a run lasts, and than a clock counts, are no limit.
  let limit = durability.maxSeconds.map { ContinuousClock.now + .seconds(min($0, 1e9)) }
  let shared = options.shared
  let wasStopped = try Job.run(
    threads: shared.threads, ranksPerNode: shared.ranksPerNode, stallSeconds: durability.stallSeconds
  ) { job in
    // Of a run that has no checkpoint yet, the beginning is all there is.
    let beginning = try durability.resume.flatMap { try RunBeginning.find($0, job) }
    var settings = options
    if let beginning, options.output == .automatic { settings.output = .begun(beginning.directory) }
    let settled = settings
    let resumption = try durability.resume.flatMap { path -> Resumption? in
      if beginning != nil { return nil }
      return try Resumption.find(path, job) { error in
        writeErrorLine(
          RunError(
            "passed over a \(error.problem)", at: error.place, remedy: "an earlier one is taken", status: .badData))
      }
    }
    let requested = try options.largeBatch.resolve(
      requested, checkpoint: resumption?.checkpoint.configuration ?? beginning?.configuration, job: job)
    let configuration =
      try (resumption?.checkpoint.configuration ?? beginning?.configuration).map {
        try given.resolve($0, requested: requested, hasNewSchedule: durability.hasNewSchedule)
      } ?? requested
    try configuration.checkStatistics()
    let lanes = Lanes(batchSize: configuration.batchSize, count: configuration.laneCount)
    // The batch size goes by the number of workers only where it was asked for by worker.
    let mayRest = options.largeBatch.batchSizePerWorker == nil
    let end = try shared.makeWorkers(job, lanes, mayRest: mayRest).run { team in
      let run = try TrainRun(settled, configuration, resumption, team)
      return try run.train {
        StopRequest.hasCome || (team.rank == 0 && limit.map { ContinuousClock.now > $0 } ?? false)
      }
    }.first
    try end?.writer?.finish()
    let isStopped = if case .stopped = end?.fit { true } else { false }
    if isStopped { job.leaveIfBeingEnded(.tryAgain) }
    return try job.isSaid(isStopped)
  }
  if wasStopped { Job.end(.tryAgain) }
}

extension RunConfiguration {
  /// What the options say.
  fileprivate init(_ options: TrainOptions) throws {
    try self.init(options.shared)
    epochs = options.epochs
    learningRate = if case .fixed(let rate) = options.learningRate { rate } else { nil }
    pctStart = options.pctStart
    divFactor = options.divFactor
    momenta = (options.momenta.high, options.momenta.low)
    weightDecay = options.weightDecay
    clip = options.clip
    findsLearningRate = options.findsLearningRate
    stepLimit = options.steps
  }
}
