internal import Memory

/// One process's monitor of the workers of its node.
struct StallDetector {
  /// A process that can't name the worker to blame leaves the report to others for this many seconds times the number
  /// of its node or rank plus one.
  static let grace = 0.4

  private let memory: ProcessMemory
  private let sharedBarrier: SharedBarrier
  private let workers: Range<Int>
  private let limit: Double
  /// Arrivals of the slowest worker at the barrier, and seconds for which others have waited for it.
  private var least: UInt64 = 0
  private var waited = 0.0
  /// When this process looked last, and when it last went on after a stop that was long enough for others to report it
  /// as stuck: milliseconds.
  private var lastLook = monotonicMilliseconds()
  private var returned = -1_000_000
  /// Seconds since a process of the node has reported.
  private var sinceReported = 0.0
  /// Processes that this one has seen: it can't see those with process numbers of their own (PID namespaces).
  private var seen: Set<Int32> = []

  init(_ memory: ProcessMemory, limit: Double) {
    self.memory = memory
    self.limit = limit
    sharedBarrier = memory.barrier(thread: 0)
    workers = 0..<memory.layout.nodes[memory.node].count
  }

  /// How the node's processes agree on which one reports what was found.
  var errorReporter: ErrorReporter { ErrorReporter(memory) }

  /// Whether another process has reported and this one only waits to be ended, which takes launchers up to two seconds:
  /// a process of its node has reported, or the launcher is ending the job while this one waits in vain.
  var isLeftOver: Bool { sinceReported > 0.5 || LauncherSignal.cameLately && waited > (isBack ? 0.5 : limit) }
  private var isBack: Bool { lastLook - returned < 4000 }

  /// Who is lost or stuck, if anybody is; called every `interval` seconds.
  mutating func look(_ interval: Double) -> LostWorkers? {
    if memory.progress.isReported { sinceReported += interval }
    let now = monotonicMilliseconds()
    if Double(now - lastLook) >= 1000 * limit { returned = now }
    lastLook = now
    // A worker that gives up reports it itself.
    guard !sharedBarrier.isAbandoned else { return nil }
    return lost() ?? stuck(interval)
  }

  private mutating func lost() -> LostWorkers? {
    for worker in workers {
      let process = memory.progress.line(worker).process
      guard process > 0 else { continue }
      if !isGone(process: process) {
        seen.insert(process)
      } else if seen.contains(process) && !(1000..<4000).contains(LauncherSignal.age) {
        // Not one that the launcher has ended: it begins with that a second after its signal.
        return LostWorkers(text: "a rank is lost", detail: describe([worker]))
      }
    }
    return nil
  }

  private mutating func stuck(_ interval: Double) -> LostWorkers? {
    let arrivals = workers.map { sharedBarrier.arrivals(of: $0) }
    let slowest = arrivals.min() ?? 0
    let most = arrivals.max() ?? 0
    let late = workers.filter { arrivals[$0] == slowest }
    let stuck = late.filter { memory.progress.line($0).operation & TeamOperation.otherNodes == 0 }
    let someoneWaits = most > slowest || stuck.count < late.count
    // A process that was stopped itself doesn't count that time.
    waited = someoneWaits && slowest == least ? waited + interval : 0
    least = slowest
    if most > slowest && !stuck.isEmpty {
      return waited > limit ? LostWorkers(text: "a rank is stuck", detail: describe(stuck)) : nil
    }
    guard waited > limit + Self.grace * Double(memory.node + 1), !LauncherSignal.cameLately else { return nil }
    let line = memory.progress.line(late[0])
    return LostWorkers(
      text: "node \(memory.node) waits for others",
      detail: "step \(line.step), in \(name(line.operation)) for \(limit) s")
  }

  /// The workers with their ranks, the step of the first, and what the others wait in.
  private func describe(_ missing: [Int]) -> String {
    let lines = missing.map { memory.progress.line($0) }
    let threads = workers.count { memory.progress.line($0).rank == lines[0].rank }
    let names = zip(missing, lines).map { worker, line in
      let number = memory.layout.nodes[memory.node].lowerBound + worker
      return threads > 1 ? "rank \(line.rank) (worker \(number))" : "rank \(line.rank)"
    }
    let some = names.prefix(4).joined(separator: ", ") + (names.count > 4 ? ", …" : "")
    let first = sharedBarrier.arrivals(of: missing[0])
    let waiting = workers.first { sharedBarrier.arrivals(of: $0) > first }.map { memory.progress.line($0).operation }
    let place = waiting.map { "missing from \(name($0))" } ?? "last seen in \(name(lines[0].operation))"
    return "\(some), step \(lines[0].step), \(place)" + (waited > 0 ? " for \(StallDetector.rounded(waited)) s" : "")
  }

  private func name(_ operation: UInt64) -> String {
    (TeamOperation(rawValue: operation & ~TeamOperation.otherNodes) ?? .none).description
  }

  private static func rounded(_ seconds: Double) -> String { "\((seconds * 10).rounded() / 10)" }
}
