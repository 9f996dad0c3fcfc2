internal import Memory
internal import Teams
internal import Training

/// The work of `dist-train train`: finds what the run starts from, and runs its workers. Only worker 0 prints and
/// writes files.
func runTrain(_ command: CommandJob) throws {
  let options = command.options
  StandardOutput.startWaitingApart()
  let largeBatch = LargeBatch(options)
  // Bounded by more seconds than any run lasts, which the clock can still count.
  let limit = options[RunOption.durability.maxSeconds].map { ContinuousClock.now + .seconds(min($0, 1e9)) }
  let wasStopped = try command.run(stallSeconds: options(RunOption.durability.stallSeconds)) { job in
    let start =
      try options[RunOption.durability.resume].map { path in
        try RunStart.find(path, job) { error in
          StandardOutput.writeError(
            RunError(
              "passed over a \(error.problem)", at: error.place, remedy: "an earlier one is taken", status: .badData))
        }
      } ?? .fresh
    let earlier = start.configuration
    let requested = try largeBatch.resolve(command.configuration, checkpoint: earlier, job: job)
    let configuration =
      try earlier.map {
        try $0.resuming(requested, options, hasNewSchedule: options(RunOption.durability.newSchedule))
      } ?? requested
    try configuration.checkStatistics()
    try configuration.checkSchedule()
    try configuration.checkMonitor()
    ProgramPages.giveBackUnused()
    let lanes = Lanes(batchSize: configuration.batchSize, count: configuration.laneCount)
    // Ranks may be idle, except where the batch size goes by the number of workers.
    let ranks = job.ranks
    let end = try command.makeWorkers(job, lanes, mayIdle: !largeBatch.goesByWorkers).run { team in
      let run = try TrainRun(options, configuration, start, ranks: ranks, team)
      return try run.train {
        StopRequest.hasCome || MemoryReserve.isUsed
          || (team.rank == 0 && limit.map { ContinuousClock.now > $0 } ?? false)
      }
    }.first
    try end?.writer?.finish()
    let isStopped = if case .stopped = end?.fit { true } else { false }
    if isStopped {
      StandardOutput.settle()
      job.leaveIfBeingEnded(.tryAgain)
    }
    return try job.anyRank(isStopped)
  }
  if wasStopped {
    try StandardOutput.finish()
    Job.end(.tryAgain)
  }
}
