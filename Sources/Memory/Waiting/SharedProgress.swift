internal import Synchronization

/// The progress of a node's workers, as a table in memory that they share: each writes its own line, anybody reads all,
/// nobody waits.
@safe
public struct SharedProgress: @unchecked Sendable {
  /// What a worker has recorded of itself.
  public struct Line: Sendable {
    /// The operation it came to last.
    public let operation: UInt64
    /// The step it is in.
    public let step: Int
    /// The number of its process in the system; 0 before it has recorded that.
    public let process: Int32
    /// The number of its process in the job.
    public let rank: Int
  }

  private let words: UnsafeMutablePointer<Atomic<UInt64>>

  /// Words between two workers' lines: two cache lines, since some CPUs fetch them in pairs.
  private static let spacing = 16

  /// Words of memory for `workers` workers.
  public static func wordCount(workers: Int) -> Int { (workers + 1) * spacing }

  /// The lines in `memory`: `wordCount(workers:)` words, zero before the first worker comes, that outlive all use.
  public init(_ memory: BufferView<UInt64>, workers: Int) {
    precondition(memory.count >= Self.wordCount(workers: workers), "memory for \(workers) workers")
    words = UnsafeMutableRawPointer(memory.base).bindMemory(to: Atomic<UInt64>.self, capacity: memory.count)
  }

  /// Records which process a worker belongs to.
  public func enter(_ worker: Int, process: Int32, rank: Int) {
    self[worker, 3].store(UInt64(rank), ordering: .relaxed)
    self[worker, 2].store(UInt64(UInt32(bitPattern: process)), ordering: .releasing)
  }

  /// Records the operation that a worker comes to.
  @inline(__always)
  public func record(_ worker: Int, operation: UInt64) { self[worker, 0].store(operation, ordering: .relaxed) }

  /// Records the step that a worker is in.
  public func record(_ worker: Int, step: Int) { self[worker, 1].store(UInt64(step), ordering: .relaxed) }

  /// What a worker has recorded.
  public func line(_ worker: Int) -> Line {
    let process = Int32(bitPattern: UInt32(truncatingIfNeeded: self[worker, 2].load(ordering: .acquiring)))
    return Line(
      operation: self[worker, 0].load(ordering: .relaxed), step: Int(self[worker, 1].load(ordering: .relaxed)),
      process: process, rank: Int(self[worker, 3].load(ordering: .relaxed)))
  }

  /// True for the first who asks, of all who share the memory: one of them is to report for all, and calls
  /// `markReported` when it has.
  public func claim() -> Bool {
    words.pointee.compareExchange(expected: 0, desired: 1, ordering: .relaxed).exchanged
  }

  /// Records that the one that was to report for all has done so.
  public func markReported() { words.pointee.store(2, ordering: .relaxed) }

  /// Whether `markReported` has been called.
  public var isReported: Bool { words.pointee.load(ordering: .relaxed) == 2 }

  @inline(__always)
  private subscript(worker: Int, word: Int) -> Atomic<UInt64> {
    unsafeAddress { UnsafePointer(words + (worker + 1) * Self.spacing + word) }
  }
}
