internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// One worker's view of a barrier in memory that the workers share: threads of one process, or processes over a shared window.
///
/// Each worker counts its arrivals in cache lines of its own and waits until it sees as high a count from each of the
/// others: one store, one load from each, no locked instruction, and nobody has to wake anybody. Whatever a worker wrote
/// before its `wait` is seen by all after theirs.
///
/// A waiting worker polls for some hundred microseconds if it was told that it has a core to itself; if not, it lets others run for a
/// millisecond. Then it sleeps for short times. So a barrier among more workers than cores, or beside other programs, costs context
/// switches, but no time slices.
@safe
public struct SharedBarrier: @unchecked Sendable {
  private let words: UnsafeMutablePointer<Atomic<UInt64>>
  private let worker: Int
  private let workers: Int
  private let polls: Int
  /// Nanoseconds for which a worker without a core of its own lets others run before it sleeps.
  private static let yielding: Int64 = 1_000_000
  /// Arrivals of this worker, of which the shared count is a copy.
  private var arrivals: UInt64 = 0

  /// Words between two workers' counts: two cache lines, since some CPUs fetch them in pairs.
  private static let spacing = 16

  /// Words of memory for so many workers.
  public static func wordCount(workers: Int) -> Int { (workers + 1) * spacing }

  /// The barrier in `memory`: `wordCount(workers:)` words, zero before the first worker comes, that outlive all waiting.
  ///
  /// - worker: this worker, `0..<workers`, which waits from one thread at a time; polls: whether each worker has a core.
  public init(_ memory: Window<UInt64>, worker: Int, workers: Int, polls: Bool) {
    precondition(memory.count >= Self.wordCount(workers: workers), "memory for \(workers) workers")
    precondition(worker >= 0 && worker < workers, "worker \(worker) outside 0..<\(workers)")
    words = UnsafeMutableRawPointer(memory.base).bindMemory(to: Atomic<UInt64>.self, capacity: memory.count)
    self.worker = worker
    self.workers = workers
    self.polls = polls ? 200_000 : 0
  }

  /// Returns true when all workers have come here as often as this one; false, at once, when one of them has given up and
  /// won't come (`abandon`).
  ///
  /// A barrier that all workers reach stays whole, though one of them gives up right behind it.
  public mutating func wait() -> Bool {
    arrivals += 1
    words[(worker + 1) * Self.spacing].store(arrivals, ordering: .releasing)
    for other in 0..<workers where !hasArrived(other) {
      guard waitLonger(for: other) else { return false }
    }
    return true
  }

  /// How often a worker has come here; may be asked from any thread.
  public func arrivals(of worker: Int) -> UInt64 {
    words[(worker + 1) * Self.spacing].load(ordering: .relaxed)
  }

  /// Gives up for good: whoever waits for a worker that doesn't come returns from `wait` with false.
  public func abandon() { words.pointee.store(1, ordering: .releasing) }

  /// Whether a worker has given up.
  public var isAbandoned: Bool { words.pointee.load(ordering: .acquiring) != 0 }

  @inline(never)
  private func waitLonger(for other: Int) -> Bool {
    for _ in 0..<polls where hasArrived(other) { return true }
    // Whoever has a core of its own and still waits has lost it, or the other has: only a sleeper is woken before those who took it.
    let patience = polls > 0 ? 0 : Self.now() + Self.yielding
    while !hasArrived(other) {
      // Who gave up after the last barrier has seen all arrive there: look again behind the flag.
      if isAbandoned { return (0..<workers).allSatisfy { hasArrived($0) } }
      if Self.now() < patience { sched_yield() } else { usleep(50) }
    }
    return true
  }

  /// Nanoseconds of a clock that only goes on (`clock_gettime`, `CLOCK_MONOTONIC`).
  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  @inline(__always)
  private func hasArrived(_ worker: Int) -> Bool {
    words[(worker + 1) * Self.spacing].load(ordering: .acquiring) >= arrivals
  }
}
