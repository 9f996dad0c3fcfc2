#if MPI
  internal import CMPI
  internal import Platform

  /// All ranks that the launcher started, from `MPI_Init_thread` to `MPI_Finalize`.
  ///
  /// A process starts the world at most once. An MPI call belongs on the thread that started it
  /// (`MPI_THREAD_FUNNELED`).
  public struct World: ~Copyable {
    /// All ranks (`MPI_COMM_WORLD`), with errors returned.
    public let communicator: Communicator

    private init(communicator: Communicator) { self.communicator = communicator }

    /// Starts the world, calls `body`, and finalizes after it has succeeded.
    ///
    /// After an error nothing is finalized, since that would wait for ranks that never come: the caller prints one line
    /// and calls `abort(code:)`. Throws `MPIError` for what `start` and `finish` report, and what `body` throws.
    public static func run<Result>(
      environment: [String: String] = World.environment, _ body: (borrowing World) throws -> Result
    ) throws -> Result {
      let world = try World.start(environment: environment)
      let result = try body(world)
      try world.finish()
      return result
    }

    /// Starts MPI (`MPI_Init_thread`), with the settings of `settings(environment:cores:)`.
    ///
    /// Throws with class `launcher` when `environment` says that a launcher started several processes but the library
    /// sees one rank: such processes would each run the whole job. Every one of them throws; the error's `rank` is then
    /// the launcher's.
    public static func start(environment: [String: String] = World.environment) throws(MPIError) -> World {
      for (name, value) in settings(environment: environment, cores: Cores.current) { setenv(name, value, 0) }
      let elsewhere = temporaryDirectory(environment)
      let corrections = corrections(
        environment: environment, room: SharedWindow.freeBytes(in: SharedWindow.directory),
        elsewhere: SharedWindow.freeBytes(in: elsewhere).map { (elsewhere, $0) })
      for (name, value) in corrections {
        if let value { setenv(name, value, 1) } else { unsetenv(name) }
      }
      var provided: Int32 = 0
      try MPIError.check(
        "MPI_Init_thread", MPI_Init_thread(nil, nil, CMPI_THREAD_FUNNELED(), &provided), rank: nil)
      let communicator = try Communicator(CMPI_COMM_WORLD(), worldRank: nil)
      guard provided >= CMPI_THREAD_FUNNELED() else {
        throw MPIError(
          operation: "MPI_Init_thread", errorClass: .other,
          text: "the library grants thread level \(provided), not MPI_THREAD_FUNNELED", rank: communicator.rank)
      }
      if let launcher = Launcher(value: { environment[$0] }), launcher.size > 1, communicator.size == 1 {
        // Nobody else is in this world to be waited for, and the process counts as not started.
        try World(communicator: communicator).finish()
        throw MPIError(
          operation: "MPI_Init_thread", errorClass: .launcher,
          text:
            "the launcher started \(launcher.size) processes, but \(libraryVersion) sees one",
          rank: launcher.rank)
      }
      let isCrowded = isCrowded(environment: environment, cores: Cores.current) && !yieldsByItself
      communicator.yields = try communicator.allReduce(isCrowded ? UInt8(1) : 0, .max) == 1
      return World(communicator: communicator)
    }

    /// Ends MPI (`MPI_Finalize`), collectively. Only after success.
    ///
    /// - whenAllHaveCome: called in between. From then on only the launcher is waited for.
    public consuming func finish(whenAllHaveCome: () -> Void = {}) throws(MPIError) {
      try communicator.barrier()
      whenAllHaveCome()
      try MPIError.check("MPI_Finalize", MPI_Finalize(), rank: communicator.rank)
    }

    /// Ends all ranks at once (`MPI_Abort`); the launcher returns `code`. Before MPI has started the launcher is told,
    /// where it wouldn't end the others by itself; after MPI has ended, just exits. Nothing is printed.
    public static func abort(code: Int32) -> Never {
      if isStarted { MPI_Abort(CMPI_COMM_WORLD(), code) }
      if !hasStarted { Launcher.endJob(code: code) }
      exit(code)
    }

    /// Whether MPI has started and not ended (`MPI_Initialized`, `MPI_Finalized`).
    public static var isStarted: Bool {
      var isFinalized: Int32 = 0
      MPI_Finalized(&isFinalized)
      return hasStarted && isFinalized == 0
    }

    /// Whether MPI has started, and may have ended since (`MPI_Initialized`).
    private static var hasStarted: Bool {
      var isInitialized: Int32 = 0
      MPI_Initialized(&isInitialized)
      return isInitialized != 0
    }

    /// The library's name and version (`MPI_Get_library_version`), such as `Open MPI v4.1.4`.
    public static var libraryVersion: String {
      let text = libraryString(capacity: CMPI_MAX_LIBRARY_VERSION_STRING()) { MPI_Get_library_version($0, &$1) }
      let words = text.prefix { $0 != "," && $0 != "\n" && $0 != "\0" }.split { $0 == " " || $0 == "\t" }
      return words.map { $0 == "Version:" ? "" : String($0) }.filter { !$0.isEmpty }.joined(separator: " ")
    }
  }
#endif
