internal import MPI
internal import Teams
internal import Training

/// LR finder, fit, files, digest. Standard output and files are worker 0's.
func runTrain(_ command: CommandJob) throws {
  let options = command.options
  let largeBatch = LargeBatch(options)
  // More seconds than a run lasts, and than a clock counts, are no limit.
  let limit = options[RunOption.durability.maxSeconds].map { ContinuousClock.now + .seconds(min($0, 1e9)) }
  let wasStopped = try command.run(stallSeconds: options(RunOption.durability.stallSeconds)) { job in
    // Of a run that has no checkpoint yet, the beginning is all there is.
    let resume = options[RunOption.durability.resume]
    let beginning = try resume.flatMap { try RunBeginning.find($0, job) }
    var settings = options
    if let beginning, !options.contains(RunOption.output.out) {
      settings.set(.begun(beginning.directory), for: RunOption.output.out)
    }
    let settled = settings
    let resumption = try resume.flatMap { path -> Resumption? in
      if beginning != nil { return nil }
      return try Resumption.find(path, job) { error in
        writeErrorLine(
          RunError(
            "passed over a \(error.problem)", at: error.place, remedy: "an earlier one is taken", status: .badData))
      }
    }
    let earlier = resumption?.checkpoint.configuration ?? beginning?.configuration
    let requested = try largeBatch.resolve(command.configuration, checkpoint: earlier, job: job)
    let configuration =
      try earlier.map {
        try $0.resuming(requested, options, hasNewSchedule: options(RunOption.durability.newSchedule))
      } ?? requested
    try configuration.checkStatistics()
    let lanes = Lanes(batchSize: configuration.batchSize, count: configuration.laneCount)
    // The batch size goes by the number of workers only where it was asked for by worker.
    let end = try command.makeWorkers(job, lanes, mayIdle: !largeBatch.goesByWorkers).run { team in
      let run = try TrainRun(settled, configuration, resumption, team)
      return try run.train {
        StopRequest.hasCome || (team.rank == 0 && limit.map { ContinuousClock.now > $0 } ?? false)
      }
    }.first
    try end?.writer?.finish()
    let isStopped = if case .stopped = end?.fit { true } else { false }
    if isStopped { job.leaveIfBeingEnded(.tryAgain) }
    return try job.anyRank(isStopped)
  }
  if wasStopped { Job.end(.tryAgain) }
}
