internal import MPI
internal import Synchronization

/// Ends the job when a worker doesn't come while others wait for it: a thread in each process that looks at all workers
/// of its node ten times a second and calls no MPI.
///
/// One process prints one line that names the worker, its step and the operation it is missing from, and ends with code
/// 75; the others follow when they see that, and the launcher ends what is left. On a node whose workers only wait for
/// other nodes, and while MPI starts or ends, nobody can be named; such a process leaves it for a while to others that
/// may know more.
public final class Watchdog: Sendable {
  /// What the process is doing.
  private enum Phase {
    /// Starting MPI and making the team.
    case starting
    /// Training; with the monitors of what is watched.
    case running(StallDetector?, IdleRankMonitor?)
    /// Ending MPI.
    case ending
    /// Done with MPI, or between MPI's start and the first team: nobody waits for this process.
    case ended
  }

  private let phase = Mutex((Phase.starting, waited: 0.0))
  /// Seconds that others may wait for a worker.
  let limit: Double
  private let rank: Int
  private let isAlone: Bool
  private let stop: StopPassing?
  private let remedy: String

  /// What is to be done about a lost rank, unless something else is said.
  public static let goingOn = "run again with --resume"

  /// - stallSeconds: how long others may wait for a worker; rank, ranks: this process among those of the job.
  /// - stop: how an idle process passes on that it was asked to stop; goingOn: what is to be done about a lost rank.
  public init(
    stallSeconds: Double, rank: Int, ranks: Int, stop: StopPassing? = nil, goingOn: String = Watchdog.goingOn
  ) {
    remedy = goingOn
    limit = stallSeconds
    self.rank = rank
    isAlone = ranks == 1
    self.stop = stop
  }

  /// Starts to look, on a thread of its own for the life of the process.
  public func start() throws(TeamError) {
    LauncherSignal.listen()
    let interval = min(0.1, limit / 8)
    try startThread { [self] in
      while true {
        pause(microseconds: UInt32(interval * 1e6))
        // Inside the lock: the memory must not be freed while it is looked at.
        phase.withLock { phase in look(&phase, interval) }
      }
    }
  }

  /// From here on watches the workers in `memory`, and the ranks of `idleRankMonitor`.
  func watch(_ memory: ProcessMemory?, _ idleRankMonitor: IdleRankMonitor?) {
    phase.withLock { $0 = (.running(memory.map { StallDetector($0, limit: limit) }, idleRankMonitor), 0) }
  }

  /// Stops looking at shared memory, which may be freed then.
  func leave() { phase.withLock { $0 = (.ending, 0) } }

  /// Stops watching, until there are workers to be watched again.
  public func end() { phase.withLock { $0 = (.ended, 0) } }

  private func look(_ phase: inout (Phase, waited: Double), _ interval: Double) {
    switch phase.0 {
    case .running(var stallDetector, var idleRankMonitor):
      let stuck = stallDetector?.look(interval)
      let absent = idleRankMonitor?.look(interval, isAskedToStop: stop?.isAsked() ?? false)
      phase.0 = .running(stallDetector, idleRankMonitor)
      if stallDetector?.isLeftOver ?? false { endAtOnce(tryAgainStatus) }
      if idleRankMonitor?.isAskedToStop ?? false { stop?.ask() }
      guard var finding = stuck ?? absent else { return }
      finding.remedy = remedy
      if let stallDetector { _ = stallDetector.errorReporter.report(finding) } else { idleRankMonitor?.report(finding) }
      endAtOnce(tryAgainStatus)
    case .ended: return
    case .starting, .ending:
      guard !isAlone else { return }
      // A process that was stopped itself doesn't count that time.
      phase.waited += interval
      guard phase.waited > limit + StallDetector.grace * Double(rank + 1), !LauncherSignal.cameLately else { return }
      // At the start there is nothing yet to go on from.
      let (place, remedy) = if case .starting = phase.0 { ("start", "run it again") } else { ("end", remedy) }
      writeErrorLine(
        LostWorkers(
          text: "rank \(rank) waits for others", detail: "at MPI's \(place) for \(limit) s", remedy: remedy))
      endAtOnce(tryAgainStatus)
    }
  }
}

/// How to find out whether this process was asked to stop, and how to ask it.
public struct StopPassing: Sendable {
  let isAsked: @Sendable () -> Bool
  let ask: @Sendable () -> Void

  /// Takes both; they are called from any thread.
  public init(isAsked: @escaping @Sendable () -> Bool, ask: @escaping @Sendable () -> Void) {
    self.isAsked = isAsked
    self.ask = ask
  }
}

/// Why the job can't go on; one line.
struct LostWorkers: Error, CustomStringConvertible {
  /// What is wrong.
  let text: String
  /// Where.
  let detail: String
  /// What is to be done.
  var remedy = Watchdog.goingOn

  var description: String { "\(text): \(detail); \(remedy)" }
}
