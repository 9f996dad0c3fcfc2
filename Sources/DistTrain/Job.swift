internal import Teams
internal import Training

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif
#if MPI
  internal import MPI
#endif

/// Runs a command's work as this process's part of its job: alone without a launcher, as one rank with one.
enum Job {
  /// Calls `work` with the team; every rank ends, also after an error.
  static func run(_ options: SharedOptions, _ work: (any Team) throws -> Void) throws {
    let lanes = Lanes(batchSize: options.batchSize, count: options.lanes)
    let launchedSize = launchedSize()
    try options.checkWorkers(ranks: launchedSize ?? 1, threads: options.threads ?? 1)
    if let threads = options.threads, threads > 1 {
      throw RunError(
        "this version runs one worker in a process", at: "--threads \(threads)",
        remedy: "start more ranks with mpirun, or give --threads 1", status: .usage)
    }
    guard let launchedSize else { return try work(Solo(lanes: lanes)) }
    #if MPI
      try runRank(lanes, launchedSize, work)
    #else
      throw RunError(
        "built without MPI", at: "mpirun -np \(launchedSize)", remedy: "build with the trait MPI, or start it alone",
        status: .usage)
    #endif
  }

  /// The number of processes by the launcher's word; nil without a launcher.
  private static func launchedSize() -> Int? {
    // The variables' texts are copied before anything could change the environment.
    let names: [String] = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"]
    return names.lazy.compactMap { name in unsafe getenv(name).flatMap { Int(unsafe String(cString: $0)) } }.first
  }

  #if MPI
    /// An error of the work's has been found by all ranks alike, or by the first alone while it writes files; either way the
    /// first tells it and ends the job.
    private static func runRank(_ lanes: Lanes, _ size: Int, _ work: (any Team) throws -> Void) throws {
      do {
        try World.run { world in
          do {
            try work(MessageTeam(lanes: lanes, communicator: world.communicator))
          } catch {
            if world.communicator.rank == 0 {
              Diagnostics.writeToStandardError(Diagnostics.line(for: error) + "\n")
              world.communicator.abort(code: Diagnostics.status(for: error).rawValue)
            }
            // The first rank ends this one.
            try? world.communicator.barrier()
            exit(Diagnostics.status(for: error).rawValue)
          }
        }
      } catch let error as MPIError {
        throw RunError(
          "\(error)", at: "\(size) ranks", remedy: "use the mpirun of the MPI library this was built with",
          status: .failure)
      }
    }
  #endif
}

extension RunConfiguration {
  /// What the shared options say.
  init(_ options: SharedOptions) throws {
    guard options.model == .model3 else {
      throw RunError(
        "model \(options.model.rawValue) can't be trained yet", at: "--model", remedy: "choose model3", status: .usage)
    }
    guard (options.trainText == nil) == (options.validText == nil) else {
      throw RunError("only one of the two texts is given", at: "--train, --valid", remedy: "give both", status: .usage)
    }
    self.init()
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
