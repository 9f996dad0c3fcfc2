internal import MPI
internal import Synchronization

/// The workers of this process, one on the calling thread and the others on threads of their own; or none, where it is
/// idle.
public final class LocalWorkers {
  /// Each worker's view of the team, by thread. One thread at a time uses each.
  public let teams: [any Team]
  private let workers: [NodeWorker]
  private let failure: WorkerFailure
  /// Nil for a team of one worker.
  private let memory: ProcessMemory?
  private var watchdog: Watchdog?
  #if MPI
    /// Nil where no rank is idle.
    var activeRanks: ActiveRanks?
    /// Whether ranks of the job are idle, here or elsewhere.
    public var someAreIdle: Bool { activeRanks != nil }
    /// Returns when all ranks have come here, the idle ones too, which sleep until then; collective.
    public func awaitAll() throws { try activeRanks?.meet() }
  #endif

  /// A team of the `threads` workers of this process alone.
  ///
  /// - failure: how `run` ends the process when it can't return; by default with one line and exit code 1.
  /// - Throws: `TeamError` for a number of threads below 1 or above that of the lanes.
  public convenience init(
    lanes: Lanes, threads: Int, failure: @escaping @Sendable (any Error) -> Never = endProcess
  ) throws {
    guard threads >= 1 else { throw TeamError.noThreads(threads) }
    guard threads <= lanes.count else { throw TeamError.tooManyWorkers(threads, lanes: lanes.count) }
    let report = WorkerFailure(report: failure)
    guard threads > 1 else {
      self.init(alone: lanes, report)
      return
    }
    let layout = TeamLayout(lanes, nodeSizes: [threads])
    let hasCores = usableCores() >= threads
    // Without ranks to share with, this allocates only.
    guard
      let memory = try? ProcessMemory(
        layout, node: 0, firstWorker: 0, hasCores: hasCores, failure: report, windows: NodeWindows())
    else { preconditionFailure("memory of one process can't fail") }
    self.init(memory, threads: threads)
  }

  init(alone lanes: Lanes, _ failure: WorkerFailure) {
    teams = [Solo(lanes: lanes)]
    workers = []
    memory = nil
    self.failure = failure
  }

  /// No workers.
  init(idleWith failure: @escaping @Sendable (any Error) -> Never) {
    teams = []
    workers = []
    memory = nil
    self.failure = WorkerFailure(report: failure)
  }

  init(_ memory: ProcessMemory, threads: Int) {
    workers = (0..<threads).map { NodeWorker(memory, thread: $0, of: threads) }
    #if MPI
      let isCluster = memory.layout.nodes.count > 1
      teams = workers.map { worker -> any Team in isCluster ? ClusterTeam(worker) as any Team : NodeTeam(worker) }
    #else
      teams = workers.map { NodeTeam($0) }
    #endif
    self.memory = memory
    failure = memory.failure
  }

  /// Runs `body` for every worker of this process, the first on the calling thread, and returns their results by
  /// thread. With MPI, the calling thread is the one that started it.
  ///
  /// When a worker throws, the team has broken up for good: the first error is thrown here after the others have ended.
  /// A worker that then waits for one that has thrown can't return from the middle of its work. On a thread of its own
  /// it stops there and counts as ended. On the calling thread it ends the process by the `failure` that the team was
  /// made with; where the one that has thrown belongs to another process of the node, it first waits three seconds for
  /// the launcher to end it. Where all workers come to the same error after the same collective operation, nobody waits
  /// and all throw.
  ///
  /// Workers of other nodes wait until the launcher ends them: after an error with MPI, print it and abort all ranks.
  ///
  /// - Throws: the first error of a worker; `TeamError.noThread` when the system gives no thread;
  ///   `TeamError.lostWorker` when the team has broken up before.
  public func run<Output: Sendable>(
    _ body: @escaping @Sendable (any Team) throws -> Output
  ) throws -> [Output] {
    guard let first = workers.first else { return try teams.map { try body($0) } }
    if first.isAbandoned { throw failure.error ?? TeamError.lostWorker }
    let outputs = Outputs<Output>(teams.count)
    for thread in 1..<teams.count {
      let job = WorkerJob(team: teams[thread], worker: workers[thread], failure: failure)
      failure.workerStarts()
      do {
        try startThread {
          job.run { outputs[thread] = try body($0) }
          job.failure.workerEnded()
        }
      } catch {
        // Those that have started find out at their first barrier.
        failure.workerEnded()
        failure.note(error)
        first.abandon()
        failure.waitForWorkers()
        throw error
      }
    }
    WorkerJob(team: teams[0], worker: first, failure: failure).run { outputs[0] = try body($0) }
    failure.waitForWorkers()
    if let error = failure.error { throw error }
    return outputs.all
  }

  /// Has `watchdog` watch the workers of this process's node until `free`.
  ///
  /// - rank: this process's number in the job.
  public func beWatched(by watchdog: Watchdog, rank: Int) {
    #if MPI
      let idleRankMonitor = activeRanks?.enter(rank: rank, limit: watchdog.limit)
    #else
      let idleRankMonitor: IdleRankMonitor? = nil
    #endif
    guard memory != nil || idleRankMonitor != nil else { return }
    memory?.enter(threads: teams.count, rank: rank)
    self.watchdog = watchdog
    watchdog.watch(memory, idleRankMonitor)
  }

  /// How the processes of the team agree on which one reports an error.
  public var errorReporter: ErrorReporter { ErrorReporter(memory) }

  /// Frees the memory that processes share and the communicators of the team. Collective, after all workers have ended
  /// and before MPI does. Nothing of the team or of its exchanges may be used afterwards. A second call does nothing.
  public func free() throws {
    #if MPI
      try awaitAll()
    #endif
    watchdog?.leave()
    watchdog = nil
    #if MPI
      try memory?.free()
      try activeRanks?.free()
      activeRanks = nil
    #endif
  }

  /// Prints `error` on one line of standard error and exits with code 1.
  public static let endProcess: @Sendable (any Error) -> Never = { error in
    writeErrorLine(error)
    exitProcess(1)
  }
}

/// One worker's part of `run`.
///
/// Only the thread that runs this uses the team, so the team may be passed to it.
private struct WorkerJob: @unchecked Sendable {
  let team: any Team
  let worker: NodeWorker
  let failure: WorkerFailure

  func run(_ body: (any Team) throws -> Void) {
    worker.begin()
    do {
      try body(team)
    } catch {
      failure.note(error)
      worker.abandon()
    }
  }
}

/// What the workers return, by thread.
private final class Outputs<Output: Sendable>: Sendable {
  private let values: Mutex<[Output?]>

  init(_ count: Int) { values = Mutex(Array(repeating: nil, count: count)) }

  subscript(thread: Int) -> Output? {
    get { values.withLock { $0[thread] } }
    set { values.withLock { $0[thread] = newValue } }
  }

  var all: [Output] { values.withLock { $0.compactMap(\.self) } }
}
