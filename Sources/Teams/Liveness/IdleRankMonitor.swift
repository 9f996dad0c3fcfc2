internal import MPI
internal import Memory

/// One process's monitor of its node's ranks where some of these are idle, and so come to no barrier. At each look a
/// rank counts up in the progress table, which shows the others that it is alive.
///
/// Working ranks watch the idle ones, which no barrier would miss. Idle ranks watch all, but leave it for a while to
/// the working ones to report a loss, unless the lost rank is the only working one. Idle ranks also pass on that they
/// were asked to stop.
struct IdleRankMonitor {
  private let progressTable: SharedProgress
  private let ranks, own: Int
  private let works: Bool
  private let limit: Double
  /// Seconds that idle ranks leave to working ones.
  private static let grace = 2.0
  private static let idle: UInt64 = 1
  private static let askedToStop: UInt64 = 2

  private var looks = 0
  /// Each rank's count of looks when this process looked last.
  private var counts: [Int]
  /// Seconds for which each rank's count hasn't changed, and for which its process has been gone.
  private var still, gone: [Double]
  /// Whether this process has seen each rank's: it can't see those with process numbers of their own (PID namespaces).
  private var seen: [Bool]

  init(_ progressTable: SharedProgress, ranks: Int, own: Int, works: Bool, limit: Double) {
    self.progressTable = progressTable
    self.ranks = ranks
    self.own = own
    self.works = works
    self.limit = limit
    counts = Array(repeating: 0, count: ranks)
    still = Array(repeating: 0, count: ranks)
    gone = still
    seen = Array(repeating: false, count: ranks)
    progressTable.record(own, operation: works ? 0 : Self.idle)
  }

  /// Who is lost or stuck, if anybody is; called every `interval` seconds.
  ///
  /// - isAskedToStop: whether this process was.
  mutating func look(_ interval: Double, isAskedToStop: Bool) -> LostWorkers? {
    looks += 1
    progressTable.record(own, step: looks)
    if !works && isAskedToStop { progressTable.record(own, operation: Self.askedToStop) }
    let working = (0..<ranks).count { progressTable.line($0).process > 0 && progressTable.line($0).operation == 0 }
    for rank in 0..<ranks where rank != own {
      let line = progressTable.line(rank)
      guard line.process > 0, line.operation != 0 || !works else { continue }
      let hasEnded = isGone(process: line.process)
      if !hasEnded { seen[rank] = true }
      // A process that was stopped itself doesn't count that time.
      still[rank] = line.step == counts[rank] ? still[rank] + interval : 0
      gone[rank] = hasEnded && seen[rank] && !(1000..<4000).contains(LauncherSignal.age) ? gone[rank] + interval : 0
      counts[rank] = line.step
      let isOnlyWorker = line.operation == 0 && working == 1
      let delay = works || isOnlyWorker ? 0 : Self.grace
      let place = "rank \(line.rank)" + (line.operation != 0 ? ", idle" : "")
      if gone[rank] > delay { return LostWorkers(text: "a rank is lost", detail: place) }
      if still[rank] > limit + delay, !LauncherSignal.cameLately {
        return LostWorkers(text: "a rank is stuck", detail: "\(place), for \(limit) s")
      }
    }
    return nil
  }

  /// Whether an idle rank was asked to stop.
  var isAskedToStop: Bool { (0..<ranks).contains { progressTable.line($0).operation == Self.askedToStop } }

  /// Writes the finding's line, if no other process of the node has.
  func report(_ finding: LostWorkers) {
    guard progressTable.claim() else { return }
    writeErrorLine(finding)
    progressTable.markReported()
  }
}
