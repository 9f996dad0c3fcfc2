internal import Logging
internal import Teams
internal import Training

extension SharedOptions {
  /// Runs `work` for every worker of this process's part of the job.
  func run(_ work: @escaping @Sendable (any Team) throws -> Void) throws {
    let lanes = Lanes(batchSize: batchSize, count: lanes)
    let clock = ContinuousClock()
    let start = clock.now
    try Job.run(threads: threads, ranksPerNode: ranksPerNode) { job in
      let workers = try job.makeWorkers(lanes)
      let logger = Log.logger(logLevel, isFirst: job.rank == 0)
      logger.info(
        "team ready",
        metadata: [
          "workers": "\(workers.teams[0].size)", "ranks": "\(job.ranks)", "threads": "\(workers.teams.count)",
          "lanes": "\(lanes.count)", "cores": "\(usableCores())", "mpi": "\(job.libraryVersion ?? "not started")",
        ])
      _ = try workers.run(work)
      logger.info("done", metadata: ["seconds": "\((clock.now - start) / .seconds(1))"])
    }
  }
}

extension RunConfiguration {
  /// What the shared options say.
  init(_ options: SharedOptions) throws {
    guard (options.trainText == nil) == (options.validText == nil) else {
      throw RunError("only one of the two texts is given", at: "--train, --valid", remedy: "give both", status: .usage)
    }
    self.init()
    model = options.model
    hidden = options.hidden
    batchSize = options.batchSize
    bptt = options.bptt
    lanes = options.lanes
    hiddenState = options.hiddenState == .carry ? .carry : .reset
    seed = options.seed
    initialWeights = options.initialWeights
    trainFile = options.trainText
    validFile = options.validText
  }
}
