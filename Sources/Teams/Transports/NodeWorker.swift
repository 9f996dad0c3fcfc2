internal import Memory

/// A worker among those of its node, with which it shares memory.
final class NodeWorker {
  let memory: ProcessMemory
  /// Index within the process.
  let thread: Int
  /// Number of the process's workers.
  private let threads: Int
  /// Index within the team.
  let rank: Int
  private var sharedBarrier: SharedBarrier
  private let progress: SharedProgress
  /// Index within the node.
  private let place: Int
  private var sectionCount = 0
  /// The set of gather buffers that was used last, 0 or 1.
  private var gatherTurn = 0
  /// Buffers of broadcasts and gathers for long messages; made when the first of these comes.
  private var largeBroadcastBuffer, largeGatherBuffers: NodeSection?

  init(_ memory: ProcessMemory, thread: Int, of threads: Int) {
    self.memory = memory
    self.thread = thread
    self.threads = threads
    rank = memory.firstWorker + thread
    sharedBarrier = memory.barrier(thread: thread)
    progress = memory.progress
    place = rank - memory.layout.nodes[memory.node].lowerBound
  }

  var layout: TeamLayout { memory.layout }

  /// Where the worker stands.
  var teamPlace: TeamPlace {
    TeamPlace(
      nodeSizes: layout.nodes.map(\.count), node: layout.nodes[memory.node],
      process: memory.firstWorker..<(memory.firstWorker + threads))
  }

  /// Whether this is the node's first worker, which communicates with other nodes.
  var isLeader: Bool { rank == layout.nodes[memory.node].lowerBound }

  /// Prepares the calling thread for this worker's part: where workers share cores, time slices become short.
  func begin() {
    if !memory.hasCores { shortenTimeSlice() }
  }

  /// Records the step that this worker is in, for the watchdogs.
  func record(step: Int) { progress.record(place, step: step) }

  /// Records for the watchdogs whether this worker waits for other nodes in `operation`.
  @inline(__always)
  func record(_ operation: TeamOperation, waitsForNodes: Bool) {
    progress.record(place, operation: operation.rawValue + (waitsForNodes ? TeamOperation.otherNodes : 0))
  }

  /// Returns when all workers of the node have come here.
  @inline(__always)
  func synchronise(_ operation: TeamOperation) {
    record(operation, waitsForNodes: false)
    if !sharedBarrier.wait() { memory.failure.leave(thread: thread) }
  }

  /// Ends the job with `error`; no other process of the node reports.
  func end(_ error: any Error) -> Never {
    abandon()
    memory.failure.end(error)
  }

  /// Gives up for good: nobody waits for this worker any more.
  func abandon() { sharedBarrier.abandon() }

  var isAbandoned: Bool { sharedBarrier.isAbandoned }

  /// A section that the node's workers share; collective over them.
  func makeSection(_ sizes: NodeSection.Sizes) -> NodeSection {
    // All workers have read the list of sections before it grows.
    synchronise(.memory)
    if thread == 0 { memory.addSection(sizes) }
    synchronise(.memory)
    sectionCount += 1
    return memory.sections[sectionCount - 1]
  }

  /// Passes the bytes of one worker, for which `isRoot` is true, to all that want to keep them.
  ///
  /// - forward: brings the broadcast buffer from the root's node to the others, where there are any; every worker calls
  ///   it.
  func relay(_ bytes: [UInt8], isRoot: Bool, keeps: Bool, forward: (_ broadcastBuffer: BufferView<UInt8>) -> Void)
    -> [UInt8]
  {
    var broadcastBuffer = memory.broadcastBuffer
    var result: [UInt8] = []
    var done = 0
    var left: Int
    repeat {
      if isRoot {
        let end = min(done + broadcastBuffer.count, bytes.count)
        broadcastBuffer[0..<(end - done)].copy(from: bytes[done..<end])
        memory.broadcastCount[0] = Int64(bytes.count - done)
      }
      synchronise(.broadcastOrGather)
      forward(broadcastBuffer)
      left = Int(memory.broadcastCount[0])
      let count = min(left, broadcastBuffer.count)
      if keeps && !isRoot {
        if done == 0 { result.reserveCapacity(left) }
        broadcastBuffer[0..<count].append(to: &result)
      }
      done += count
      left -= count
      synchronise(.broadcastOrGather)
      // All workers have read the same count, so all come here or none.
      if left > Self.mostTurns * broadcastBuffer.count { broadcastBuffer = longBroadcastBuffer() }
    } while left > 0
    return keeps && isRoot ? bytes : result
  }

  /// A broadcast buffer for messages that the small one would take many turns for. Collective over the node's workers.
  private func longBroadcastBuffer() -> BufferView<UInt8> {
    if let largeBroadcastBuffer { return largeBroadcastBuffer.bytes }
    let section = makeSection(NodeSection.Sizes(floats: [], bytes: Self.largeBroadcastByteCount))
    largeBroadcastBuffer = section
    return section.bytes
  }

  /// Gather buffers for long messages, likewise.
  private func longGatherBuffers() -> BufferView<UInt8> {
    if let largeGatherBuffers { return largeGatherBuffers.bytes }
    let workers = layout.nodes[memory.node].count
    let capacity = max(Self.largeBroadcastByteCount / workers, 1 << 18)
    let section = makeSection(NodeSection.Sizes(floats: [], bytes: 2 * workers * capacity))
    largeGatherBuffers = section
    return section.bytes
  }

  private static let largeBroadcastByteCount = 2 << 20
  /// How many turns with the small buffers come before the memory of large ones is worth it.
  private static let mostTurns = 8

  /// The bytes of all of the node's workers on the first of them, an empty array on the others. Those lose little more
  /// time than copying their own bytes takes: as long as these fit into the worker's gather buffer there is one
  /// barrier, and only the first worker reads after it.
  ///
  /// There are two sets of gather buffers, used in turn. When a worker writes into one again, it has passed the barrier
  /// of the other set, which the first worker reaches only after reading.
  func collect(_ bytes: [UInt8]) -> [[UInt8]] {
    var gatherBuffers = memory.gatherBuffers
    let workers = layout.nodes[memory.node].count
    var capacity = gatherBuffers.count / 2 / workers
    var result = [[UInt8]](repeating: [], count: isLeader ? workers : 0)
    var done = 0
    var longest = 0
    repeat {
      gatherTurn ^= 1
      let first = gatherTurn * workers
      let part = bytes[min(done, bytes.count)..<min(done + capacity, bytes.count)]
      let start = (first + place) * capacity
      gatherBuffers[start..<(start + part.count)].copy(from: part)
      memory.messageSizes[first + place] = Int64(bytes.count)
      synchronise(.broadcastOrGather)
      longest = (0..<workers).map { Int(memory.messageSizes[first + $0]) }.max() ?? 0
      for worker in result.indices {
        let start = (first + worker) * capacity
        let length = Int(memory.messageSizes[first + worker])
        if done == 0 { result[worker].reserveCapacity(length) }
        gatherBuffers[start..<(start + min(max(length - done, 0), capacity))].append(to: &result[worker])
      }
      done += capacity
      if longest - done > Self.mostTurns * capacity {
        // All workers have read the same count, so all come here or none.
        gatherBuffers = longGatherBuffers()
        capacity = gatherBuffers.count / 2 / workers
      }
    } while done < longest
    return result
  }
}
