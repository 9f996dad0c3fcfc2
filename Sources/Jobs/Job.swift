public import Files
public import MPI
internal import Memory
internal import Synchronization
public import Teams

/// This process's part of a job: alone without a launcher, as one rank with one.
///
///     try Job.run { job in … }
///
/// It starts MPI only where a launcher such as mpirun has started this process, and ends it after success. After an
/// error nothing is ended properly, since that would wait for ranks that never come: the caller reports the error and
/// calls `Job.end`.
public final class Job {
  /// The launcher; nil for a process on its own.
  public let launcher: Launcher?
  let threads: Int?
  let ranksPerNode: Int?
  private var teams: [LocalWorkers] = []
  private let watchdog: Watchdog?
  #if MPI
    private var world: World?
  #endif

  /// Number of processes.
  public private(set) var ranks: Int
  /// This process's number among them.
  public private(set) var rank: Int

  init(
    _ launcher: Launcher?, threads: Int?, ranksPerNode: Int?, stallSeconds: Double? = nil,
    goingOn: String = Watchdog.goingOn
  ) throws {
    if let threads { try ValueBounds<Int>.threads.check(threads, "number of threads", at: "threads") }
    if let ranksPerNode { try ValueBounds<Int>.from(1).check(ranksPerNode, "number of ranks", at: "ranksPerNode") }
    if let stallSeconds { try ValueBounds<Double>.positive.check(stallSeconds, "limit", at: "stallSeconds") }
    self.launcher = launcher
    (ranks, rank) = (launcher?.size ?? 1, launcher?.rank ?? 0)
    self.threads = threads
    self.ranksPerNode = ranksPerNode
    watchdog = stallSeconds.map {
      Watchdog(
        stallSeconds: $0, rank: launcher?.rank ?? 0, ranks: launcher?.size ?? 1,
        stop: StopPassing(isAsked: { StopRequest.hasCome }, ask: { StopRequest.ask() }), goingOn: goingOn)
    }
    Self.prepareForShortage()
    try watchdog?.start()
    guard let launcher else { return }
    #if MPI
      // Checked here, since MPI has no clear message for a limit that it meets while it starts.
      if MemoryLimit.ofThisProcess != nil { MemoryShortage.checkNow(World.addressByteCount) }
      if let limit = ThreadLimit.leavingLess(than: 2 * launcher.ranksOnNode) { throw RunError(threadsShortBy: limit) }
      // Beside a rank's first thread and the watchdog Open MPI starts two threads, MPICH one.
      let threadsOfRank = launcher.isOpenMPI ? 4 : 3
      if let limit = UserThreads.leavingLess(than: threadsOfRank * launcher.ranksOnNode) {
        throw RunError(threadsShortBy: limit)
      }
      if Launcher.isGone { throw Self.leftOver(launcher, sees: "no launcher is there") }
      try Self.checkSurroundings(launcher)
      world = try World.start()
      // Some launchers don't say how many they have started.
      if let all { (ranks, rank) = (all.size, all.rank) }
    #else
      throw RunError(
        "built without MPI", at: "started by an MPI launcher", remedy: "build with the trait MPI, or start it alone",
        status: .usage)
    #endif
  }

  /// The job of a process on its own, which needs no end.
  ///
  /// - Throws: `RunError` where a launcher has started this process: it would be one of several that each do the whole
  ///   work.
  public static func alone(threads: Int? = nil) throws -> Job {
    if let launcher = Launcher.current {
      throw RunError(
        "\(launcher.size) processes would each do all of the work", at: "started by an MPI launcher",
        remedy: "work inside Job.run and pass the job on", status: .usage)
    }
    return try Job(nil, threads: threads, ranksPerNode: nil)
  }

  /// Calls `body` in the job and ends MPI after it has succeeded.
  ///
  /// - threads: workers of each process; nil for the cores that it may use, divided among the ranks of its node.
  /// - ranksPerNode: nil for the real nodes; a number splits each of them into simulated nodes of that many ranks.
  /// - stallSeconds: after how long a wait for a worker of `makeWorkers` the job is ended (`Watchdog`); nil for never.
  /// - goingOn: what the line about a lost rank says is to be done.
  /// - facts: what all processes must have alike (`agree`), compared before `body`.
  /// - Throws: `RunError` when MPI can't be started or the processes don't agree, and with status `usage` for
  ///   parameters out of their bounds; what `body` throws.
  public static func run<Result>(
    threads: Int? = nil, ranksPerNode: Int? = nil, stallSeconds: Double? = nil,
    goingOn: String = Watchdog.goingOn, agreeingOn facts: [Fact] = [], _ body: (Job) throws -> Result
  ) throws -> Result {
    let job: Job
    #if MPI
      do {
        job = try Job(
          Launcher.current, threads: threads, ranksPerNode: ranksPerNode, stallSeconds: stallSeconds,
          goingOn: goingOn)
      } catch let error as MPIError {
        if error.errorClass == .launcher, let launcher = Launcher.current {
          throw Self.leftOver(launcher, sees: "\(World.libraryVersion) sees one")
        }
        throw RunError(
          "\(error)", at: "starting MPI", remedy: "use the mpirun of the MPI library that this was built with",
          status: .failure)
      }
      if !facts.isEmpty { try job.agree(on: facts) }
      let result = try body(job)
      for team in job.teams { try team.free() }
      // MPICH's launcher ends nobody's MPI while it waits for a reader of the output, and then no rank is lost.
      try job.world.take()?.finish { job.watchdog?.end() }
      return result
    #else
      job = try Job(
        Launcher.current, threads: threads, ranksPerNode: ranksPerNode, stallSeconds: stallSeconds,
        goingOn: goingOn)
      return try body(job)
    #endif
  }

  /// The workers of this process in a team over all processes; collective. Workers are numbered by node, then rank,
  /// then thread. What the team shares is freed at the job's end.
  ///
  /// - mayIdle: whether, where no number of threads was asked for, a process may have no workers: on a node with more
  ///   processes than cores.
  /// - Throws: `RunError` for numbers that don't fit the lanes, on all ranks alike.
  public func makeWorkers(_ lanes: Lanes, mayIdle: Bool = false) throws -> LocalWorkers {
    let team = try newTeam(lanes, mayIdle: mayIdle)
    keep(team)
    return team
  }

  /// Watches nobody until the next workers are made: before that a program may take its time.
  func pauseWatch() { watchdog?.end() }

  /// Has a team looked after, and given back at the job's end.
  func keep(_ team: LocalWorkers) {
    Self.errorReporter.withLock { $0 = team.errorReporter }
    if let watchdog { team.beWatched(by: watchdog, rank: rank) }
    teams.append(team)
  }

  /// Whether `flag` is true on any process: for flags that the workers agree on and idle processes can't know.
  /// Collective, after the work of the latest `makeWorkers`.
  public func anyRank(_ flag: Bool) throws -> Bool {
    #if MPI
      if let all, let team = teams.last, team.someAreIdle {
        try team.awaitAll()
        return try all.allReduce(flag ? UInt8(1) : 0, .max) == 1
      }
    #endif
    return flag
  }

  /// Calls `body` with a team over all processes that is freed after it; collective.
  package func withWorkers<Result>(_ lanes: Lanes, _ body: (LocalWorkers) throws -> Result) throws -> Result {
    let team = try newTeam(lanes)
    let result = try body(team)
    try team.free()
    return result
  }

  private func newTeam(_ lanes: Lanes, mayIdle: Bool = false) throws -> LocalWorkers {
    let team = try fitting(lanes) {
      #if MPI
        if let all, mayIdle, threads == nil, ranksPerNode == nil {
          return try LocalWorkers(lanes: lanes, ranks: all, failure: Self.fail)
        }
      #endif
      let threads = try threads(for: lanes)
      #if MPI
        if let all {
          return try LocalWorkers(
            lanes: lanes, threads: threads, ranks: all, ranksPerNode: ranksPerNode, failure: Self.fail)
        }
      #endif
      return try LocalWorkers(lanes: lanes, threads: threads, failure: Self.fail)
    }
    Self.errorReporter.withLock { $0 = team.errorReporter }
    return team
  }

  /// Workers that a team over all processes would have with `lanes` lanes, nil for as many as it takes. Collective.
  public func workerCount(lanes: Int?) throws -> Int {
    let count = lanes ?? 1 << 20
    return ranks * (try threads(for: Lanes(batchSize: count, count: count)))
  }

  /// Workers of each process, as asked for or by default; collective.
  package func threads(for lanes: Lanes) throws -> Int {
    if let threads { return threads }
    #if MPI
      if let all { return try LocalWorkers.defaultThreads(lanes: lanes, ranks: all) }
    #endif
    return defaultThreads(cores: usableCores(), ranksOnNode: 1, lanes: lanes.count, ranks: 1)
  }

  /// Calls `make` and turns a `TeamError` into a `RunError`.
  func fitting(_ lanes: Lanes, _ make: () throws -> LocalWorkers) throws -> LocalWorkers {
    do {
      return try make()
    } catch let error as TeamError {
      throw RunError(lacking: error)
        ?? RunError(
          "\(error)", at: "\(ranks) ranks, --lanes \(lanes.count)", remedy: "start fewer workers or give more lanes",
          status: .usage)
    }
  }

  #if MPI
    /// Gives all ranks the bytes of rank `root`, however many they are.
    static func broadcast(_ message: inout [UInt8], _ ranks: Communicator, root: Int) throws {
      var count = [Int64(message.count)]
      var countSpan = count.mutableSpan
      try ranks.broadcast(&countSpan, root: root)
      if ranks.rank != root { message = [UInt8](repeating: 0, count: Int(count[0])) }
      // MPI counts up to 2³¹ − 1.
      for start in stride(from: 0, to: message.count, by: 1 << 30) {
        var part = Array(message[start..<min(start + 1 << 30, message.count)])
        var span = part.mutableSpan
        try ranks.broadcast(&span, root: root)
        if ranks.rank != root { message.replaceSubrange(start..<(start + part.count), with: part) }
      }
    }

    /// All ranks; nil for a process on its own.
    package var all: Communicator? {
      switch world {
      case .some(let world): world.communicator
      case .none: nil
      }
    }
  #endif

  /// The MPI library's name and version; nil for a process on its own.
  public var libraryVersion: String? {
    #if MPI
      all.map { _ in World.libraryVersion }
    #else
      nil
    #endif
  }

  /// Whether MPI has been started.
  public static var isStarted: Bool {
    #if MPI
      World.isStarted
    #else
      false
    #endif
  }

  /// Ends this process with `status` if Open MPI's launcher is about to end all processes: it no longer answers then,
  /// and `MPI_Finalize` would wait for it until it kills this process. For when no process has anything left to do but
  /// to flush its output.
  public func leaveIfBeingEnded(_ status: ExitStatus) {
    guard let launcher, launcher.isOpenMPI, LauncherSignal.cameLately else { return }
    // The first has the most to flush.
    if rank > 0 { pause(microseconds: 100_000) }
    flushAndEnd(status.rawValue)
  }

  /// Ends this process, and with it all others of the job, with `status`; nothing is printed.
  public static func end(_ status: ExitStatus) -> Never {
    #if MPI
      World.abort(code: status.rawValue)
    #else
      exitProcess(status.rawValue)
    #endif
  }

  /// Has a shortage of memory end the process with one line: what a program calls at its start.
  ///
  /// - complete: may add to the error before it is reported.
  public static func prepareForShortage(_ complete: @escaping @Sendable (RunError) -> RunError = { $0 }) {
    MemoryShortage.whenShort { fail(complete(RunError($0))) }
  }

  static let fail: @Sendable (any Error) -> Never = { error in end(report(error)) }
}
