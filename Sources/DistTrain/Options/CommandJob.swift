internal import ArgumentParser
internal import Logging
internal import MPI
internal import Teams
internal import Training

/// What a command's options ask for, the same on all processes of a job.
struct CommandJob: Sendable {
  /// The command as it is typed: "bench step".
  let name: String
  /// What is given of the options that are declared.
  let options: OptionValues
  /// The run's configuration that they give.
  let configuration: RunConfiguration
  /// The command line's arguments that have no name.
  private let arguments: [String]

  /// - arguments: those that have no name.
  /// - sizesAreKnown: whether batch size and lanes are those of the options, so that the number of workers can be
  ///   checked against them.
  /// - modelIsKnown: whether the model is that of the options, and not a file's.
  /// - Throws: a usage error for a value out of its bounds, and for values that don't fit each other.
  init(
    _ name: String, _ options: OptionValues, arguments: [String] = [], sizesAreKnown: Bool = true,
    modelIsKnown: Bool = true
  ) throws(RunError) {
    let names = options.declared.map(\.typedName)
    // A model that a file has isn't made smaller by options.
    OfferedOptions.names = modelIsKnown ? names : names.filter { !["--hidden", "--bptt"].contains($0) }
    try options.check()
    self.name = name
    self.options = options
    self.arguments = arguments
    configuration = try RunConfiguration(
      options, isResumption: !modelIsKnown || options.contains(RunOption.durability.resume))
    var sized = configuration
    // With a batch size per worker, lanes and batch size follow from the number of workers.
    if options.contains(RunOption.largeBatch.batchSizePerWorker) {
      sized.batchSize = max(sized.batchSize, sized.laneCount)
    }
    try sized.checkLanes(at: "--lanes")
    if sizesAreKnown {
      try checkWorkers(
        ranks: max(1, Launcher.current?.size ?? 1), threads: options[RunOption.data.threads] ?? 1)
    }
  }

  /// Throws a usage error unless each of `ranks` · `threads` workers gets at least one lane.
  private func checkWorkers(ranks: Int, threads: Int) throws(RunError) {
    let lanes = configuration.laneCount
    guard ranks * threads > lanes else { return }
    let workers = ranks == 1 ? "\(threads) threads" : threads == 1 ? "\(ranks) ranks" : "\(ranks) × \(threads) workers"
    let fewer = ranks > lanes ? "start at most \(lanes) ranks" : "give at most --threads \(lanes / ranks)"
    throw RunError(
      "\(workers) for \(lanes) lanes leave some without work", at: "--lanes \(lanes)",
      remedy: lanes < configuration.batchSize ? "\(fewer) or more --lanes" : fewer, status: .usage)
  }

  // MARK: Work

  /// Runs `body` in the job, after all processes have agreed on `facts`.
  func run<Result>(stallSeconds: Double? = nil, _ body: (Job) throws -> Result) throws -> Result {
    try Job.run(
      threads: options[RunOption.data.threads], ranksPerNode: options[RunOption.data.ranksPerNode],
      stallSeconds: stallSeconds,
      goingOn: options[RunOption.output.out] == .nowhere ? "run it again" : Watchdog.goingOn, agreeingOn: facts, body)
  }

  /// Runs `work` for every worker of this process's part of the job.
  func runWorkers(_ work: @escaping @Sendable (any Team) throws -> Void) throws {
    let lanes = Lanes(batchSize: configuration.batchSize, count: configuration.laneCount)
    try run { job in _ = try makeWorkers(job, lanes).run(work) }
  }

  /// The workers of this process's part of the job, which the log records; collective. See `Job.makeWorkers`.
  func makeWorkers(_ job: Job, _ lanes: Lanes, mayIdle: Bool = true) throws -> LocalWorkers {
    let workers = try job.makeWorkers(lanes, mayIdle: mayIdle)
    let together = try job.coresOfNode()
    if job.rank == 0, !options(RunOption.output.quiet) {
      BoundCores.current(together: together)?.report(lanes: lanes.count, threads: options[RunOption.data.threads])
    }
    Log.logger(options(RunOption.data.logLevel), isFirst: job.rank == 0).info(
      "team ready",
      metadata: [
        "workers": "\(workers.teams.first?.size ?? 0)", "ranks": "\(job.ranks)", "threads": "\(workers.teams.count)",
        "lanes": "\(lanes.count)", "cores": "\(usableCores())", "mpi": "\(job.libraryVersion ?? "not started")",
      ])
    return workers
  }

  /// What all processes must have alike: command, version, CPU, what is computed, and how it is carried out together.
  /// With --resume, an option given with its default's value isn't the same as one that isn't given.
  var facts: [Job.Fact] {
    let resumes = options.contains(RunOption.durability.resume)
    let declared = options.declared.filter { $0.role != .own }.map { option in
      let isDefault = resumes && option.isComputed && !options.contains(option)
      return Job.Fact(option.typedName, option.text(configuration, options) + (isDefault ? " (default)" : ""))
    }
    return Self.programFacts(name) + declared + [Job.Fact("arguments", arguments.joined(separator: " "))]
  }

  /// What is running: the command of this name, version, CPU.
  static func programFacts(_ name: String) -> [Job.Fact] {
    [
      Job.Fact("command", name), Job.Fact("version", RootCommand.configuration.version),
      Job.Fact("build for CPU", Processor.build),
    ]
  }
}
