internal import Platform
internal import Synchronization

/// One worker's view of a barrier in memory that the workers share: threads of one process, or processes over a shared
/// window.
///
/// Each worker counts its arrivals in cache lines of its own and waits until it sees as high a count from each of the
/// others: one store and a fence, one load from each, no locked instruction. Whatever a worker wrote before its `wait`
/// is seen by all after theirs.
///
/// A waiting worker polls as long as all missing ones are on other cores, by what each recorded at its last arrival;
/// where a missing one was on the waiter's core, the waiter yields. When that takes longer it sleeps, and the last to
/// arrive wakes all. So a barrier among more workers than cores, or beside other programs, costs context switches, but
/// no time slices; and a core whose workers all sleep is free for one that waits for another core.
@safe
public struct SharedBarrier: @unchecked Sendable {
  private let words: UnsafeMutablePointer<Atomic<UInt64>>
  private let sleepers: EventCount
  private let worker: Int
  private let workers: Int
  private let hasCore: Bool
  /// Nanoseconds for which this worker polls for those on other cores, and for which it yields to those on its own,
  /// before it sleeps.
  private let polling: Int64
  private static let yielding: Int64 = 200_000
  /// Arrivals of this worker, of which the shared count is a copy.
  private var arrivals: UInt64 = 0

  /// Words between two workers' counts: two cache lines, since some CPUs fetch them in pairs.
  private static let spacing = 16

  /// Words of memory for `workers` workers.
  public static func wordCount(workers: Int) -> Int { (workers + 1) * spacing }

  /// The barrier in `memory`: `wordCount(workers:)` words, zero before the first worker comes, that outlive all
  /// waiting.
  ///
  /// - worker: this worker, `0..<workers`, which waits from one thread at a time; hasCore: whether each worker has a
  ///   core.
  public init(_ memory: BufferView<UInt64>, worker: Int, workers: Int, hasCore: Bool) {
    precondition(memory.count >= Self.wordCount(workers: workers), "memory for \(workers) workers")
    precondition(worker >= 0 && worker < workers, "worker \(worker) outside 0..<\(workers)")
    words = UnsafeMutableRawPointer(memory.base).bindMemory(to: Atomic<UInt64>.self, capacity: memory.count)
    sleepers = EventCount(words: words + 1)
    self.worker = worker
    self.workers = workers
    self.hasCore = hasCore
    polling = hasCore ? 300_000 : 30_000
  }

  /// Returns true when all workers have come here as often as this one; false, at once, when one of them has given up
  /// and won't come (`abandon`).
  ///
  /// A barrier that all workers reach returns true to all, even if one of them gives up right after it.
  public mutating func wait() -> Bool {
    arrivals += 1
    recordCore()
    words[(worker + 1) * Self.spacing].store(arrivals, ordering: .releasing)
    // Of several that arrive at once, the last sees the others, and all that sleep.
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    for other in 0..<workers where !hasArrived(other) { return waitLonger(from: other) }
    sleepers.wakeAll()
    return true
  }

  /// How often a worker has come here; may be asked from any thread.
  public func arrivals(of worker: Int) -> UInt64 {
    words[(worker + 1) * Self.spacing].load(ordering: .relaxed)
  }

  /// Gives up for good: whoever waits for a worker that doesn't come returns from `wait` with false.
  public func abandon() {
    words.pointee.store(1, ordering: .releasing)
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    sleepers.wakeAll()
  }

  /// Whether a worker has given up.
  public var isAbandoned: Bool { words.pointee.load(ordering: .acquiring) != 0 }

  /// Waits for the workers from `first` on; those before it have arrived.
  @inline(never)
  private func waitLonger(from first: Int) -> Bool {
    var missing = first
    var start: Int64?
    while true {
      for _ in 0..<64 {
        while hasArrived(missing) {
          missing += 1
          if missing == workers {
            // It may have slept, and woken on another core.
            recordCore()
            return true
          }
        }
      }
      // A worker that gave up after this barrier has seen all arrive at it: look again, now that the flag is read.
      if isAbandoned { return haveAllArrived }
      let now = Self.now()
      let waited = now - (start ?? now)
      start = start ?? now
      let isInTheWay = sharesCore(withMissing: missing..<workers)
      if waited >= (isInTheWay ? Self.yielding : polling) {
        sleepers.sleep { haveAllArrived || isAbandoned }
      } else if isInTheWay {
        sched_yield()
      }
    }
  }

  private var haveAllArrived: Bool { (0..<workers).allSatisfy { hasArrived($0) } }

  /// Records for the others which core this worker runs on.
  @inline(__always)
  private func recordCore() {
    words[(worker + 1) * Self.spacing + 1].store(UInt64(truncatingIfNeeded: currentCore()), ordering: .relaxed)
  }

  /// Whether one of `others` has yet to arrive and may need the core that this worker runs on.
  private func sharesCore(withMissing others: Range<Int>) -> Bool {
    let core = currentCore()
    guard core >= 0 else { return !hasCore }
    return others.contains { other in
      words[(other + 1) * Self.spacing + 1].load(ordering: .relaxed) == UInt64(core) && !hasArrived(other)
    }
  }

  /// Nanoseconds of a monotonic clock (`clock_gettime`, `CLOCK_MONOTONIC`).
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
