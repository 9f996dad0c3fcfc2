internal import Files
internal import MPI
internal import Memory
internal import Teams

extension RunError {
  /// - limit: on the number of threads.
  package init(threadsShortBy limit: String) {
    let fewer = [OfferedOptions.among(["--threads"]), Launcher.current == nil ? nil : "ranks"].compactMap(\.self)
    self.init(
      "the system gives no more threads", at: limit,
      remedy: "raise that limit" + (fewer.isEmpty ? "" : ", or give fewer " + fewer.joined(separator: " or ")),
      status: .failure)
  }

  /// Bytes that the ranks of a node share even where each is a node of its own: about who is active, and reports.
  static let leastSharedMemory = 1 << 18

  /// What the system or the MPI library doesn't give, in the user's terms; nil for an error that isn't about that.
  package init?(lacking error: any Error) {
    switch error {
    case TeamError.noThread(let code):
      self.init(threadsShortBy: ThreadLimit.binding ?? "error \(code)")
    case TeamError.littleSharedMemory(let needed, let available, let directory):
      self.init(
        "too little shared memory for the ranks of a node",
        at: "\(directory), \(available >> 10) kB free, \(needed >> 10) kB needed",
        remedy: "give a container more (--shm-size)"
          + (available >= Self.leastSharedMemory ? ", or do with less (--ranks-per-node 1)" : ""), status: .failure)
    default:
      #if MPI
        guard let error = error as? MPIError, error.operation == "MPI_Win_allocate_shared" else { return nil }
        self.init(
          "the ranks of a node get no shared memory (\(error.errorClass.rawValue))",
          at: "\(error.operation) with \(World.libraryVersion), \(SharedWindow.directory)",
          remedy: "unset OMPI_MCA_osc, give a container more (--shm-size), or do without (--ranks-per-node 1)",
          status: .failure)
      #else
        return nil
      #endif
    }
  }
}

extension Job {
  /// The error of a process that takes itself for one of several and is alone.
  ///
  /// - sees: what is found in place of the others.
  static func leftOver(_ launcher: Launcher, sees: String) -> RunError {
    let names = Launcher.variables
    let count = launcher.size > 1 ? "\(launcher.size) processes" : "a launcher"
    return RunError(
      "the environment tells of \(count), but \(sees)", at: names.joined(separator: ", "),
      remedy: "unset \(names.joined(separator: " ")) to run alone, or use the mpirun of the MPI library that this was "
        + "built with", status: .usage)
  }
}
