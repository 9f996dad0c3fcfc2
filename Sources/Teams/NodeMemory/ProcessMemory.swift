internal import Memory

#if MPI
  internal import MPI
#endif

/// What the workers of a process have in common: the team's layout, and memory that they share among themselves and
/// with the other processes of their node.
///
/// Only the process's first worker adds sections, between two barriers of the node; the others read `sections` after
/// the second one. That ordering makes the class safe to share.
final class ProcessMemory: @unchecked Sendable {
  let layout: TeamLayout
  /// This process's node, an index into `layout.nodes`.
  let node: Int
  /// The process's first worker, within the team.
  let firstWorker: Int
  /// Whether each worker of the node has a core to itself.
  let hasCores: Bool
  let failure: WorkerFailure

  /// The words of the node's barrier.
  let barrierWords: BufferView<UInt64>
  /// Process, step and operation of each of the node's workers.
  let progress: SharedProgress
  /// Bytes of a broadcast that are still to be passed on, and the next of them.
  let broadcastCount: BufferView<Int64>  // (1)
  let broadcastBuffer: BufferView<UInt8>
  /// What each worker sends to the node's first one: two sets of gather buffers, (2, workers, bytes of a buffer), and
  /// for each buffer the bytes of the whole message that it brings a part of.
  let gatherBuffers: BufferView<UInt8>
  let messageSizes: BufferView<Int64>  // (2, workers)
  private(set) var sections: [NodeSection] = []
  /// Whether what the processes shared has been freed.
  private(set) var isFreed = false

  private static let broadcastCapacity = 1 << 16
  private let arena: Arena

  private var windows: NodeWindows

  #if MPI
    /// The first ranks of the nodes; nil on others, and where there is one node.
    var leaders: Communicator?
  #endif

  /// Allocates what all exchanges of the node have in common; collective over the ranks of `windows`.
  init(
    _ layout: TeamLayout, node: Int, firstWorker: Int, hasCores: Bool, failure: WorkerFailure, windows: NodeWindows
  ) throws {
    self.layout = layout
    self.node = node
    self.firstWorker = firstWorker
    self.hasCores = hasCores
    self.failure = failure
    self.windows = windows
    let workers = layout.nodes[node].count
    let words = SharedBarrier.wordCount(workers: workers)
    let progressWords = SharedProgress.wordCount(workers: workers)
    arena = try self.windows.allocate(Self.byteCount(words: words + progressWords, workers: workers))
    barrierWords = arena.take(words)
    progress = SharedProgress(arena.take(progressWords), workers: workers)
    broadcastCount = arena.take(1)
    broadcastBuffer = arena.take(Self.broadcastCapacity)
    gatherBuffers = arena.take(2 * workers * Self.gatherCapacity(workers))
    messageSizes = arena.take(2 * workers)
  }

  /// Records which process the workers of this one belong to: `threads` of them, in rank `rank` of the job.
  func enter(threads: Int, rank: Int) {
    let first = firstWorker - layout.nodes[node].lowerBound
    for worker in first..<(first + threads) { progress.enter(worker, process: processNumber, rank: rank) }
  }

  /// Bytes of a worker's gather buffer: an equal share of the broadcast buffer's size, but at least 4096.
  private static func gatherCapacity(_ workers: Int) -> Int { max(broadcastCapacity / workers, 4096) }

  private static func byteCount(words: Int, workers: Int) -> Int {
    Arena.byteCount(words, of: UInt64.self) + Arena.byteCount(1, of: Int64.self)
      + Arena.byteCount(broadcastCapacity, of: UInt8.self)
      + Arena.byteCount(2 * workers * gatherCapacity(workers), of: UInt8.self)
      + Arena.byteCount(2 * workers, of: Int64.self)
  }

  /// The node's barrier as a worker of this process sees it.
  func barrier(thread: Int) -> SharedBarrier {
    let workers = layout.nodes[node]
    return SharedBarrier(
      barrierWords, worker: firstWorker + thread - workers.lowerBound, workers: workers.count, hasCore: hasCores)
  }

  /// Appends a section. Called on the process's first thread; collective over the node's processes.
  func addSection(_ sizes: NodeSection.Sizes) {
    do {
      sections.append(try NodeSection(sizes) { try windows.allocate($0) })
    } catch {
      failure.end(error)
    }
  }

  #if MPI
    /// Frees shared memory and communicators; collective over all ranks. No view of an exchange may be used afterwards.
    func free() throws {
      isFreed = true
      try windows.free()
      try leaders?.free()
    }
  #endif
}
