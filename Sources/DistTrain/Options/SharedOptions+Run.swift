internal import Logging
internal import Teams
internal import Training

extension SharedOptions {
  /// Runs `work` for every worker of this process's part of the job.
  func run(_ work: @escaping @Sendable (any Team) throws -> Void) throws {
    let lanes = Lanes(batchSize: batchSize, count: lanes)
    try Job.run(threads: threads, ranksPerNode: ranksPerNode) { job in
      _ = try makeWorkers(job, lanes).run(work)
    }
  }

  /// The workers of this process's part of the job, told to the log; collective. See `Job.makeWorkers`.
  func makeWorkers(_ job: Job, _ lanes: Lanes, mayRest: Bool = true) throws -> LocalWorkers {
    let workers = try job.makeWorkers(lanes, mayRest: mayRest)
    Log.logger(logLevel, isFirst: job.rank == 0).info(
      "team ready",
      metadata: [
        "workers": "\(workers.teams.first?.size ?? 0)", "ranks": "\(job.ranks)", "threads": "\(workers.teams.count)",
        "lanes": "\(lanes.count)", "cores": "\(usableCores())", "mpi": "\(job.libraryVersion ?? "not started")",
      ])
    return workers
  }
}

extension RunConfiguration {
  /// What the shared options say.
  init(_ options: SharedOptions) throws {
    guard (options.trainText == nil) == (options.validText == nil) else {
      throw RunError("only one of the two texts is given", at: "--train, --valid", remedy: "give both", status: .usage)
    }
    if options.data != nil, options.trainText != nil {
      throw RunError(
        "both texts and token files are given", at: "--train, --data", remedy: "leave out one", status: .usage)
    }
    self.init()
    model = ModelDescription(options.model)
    hidden = options.hidden
    batchSize = options.batchSize
    bptt = options.bptt
    lanes = options.lanes
    hiddenState = options.hiddenState
    seed = options.seed
    initialWeights = options.initialWeights
    trainFile = options.trainText
    validFile = options.validText
    dataDirectory = options.data
  }
}
