internal import Kernels

/// A worker among those of its node, with which it shares memory.
final class NodeWorker {
  let memory: ProcessMemory
  /// Within the process.
  let thread: Int
  /// Within the team.
  let rank: Int
  private var gate: SharedBarrier
  private let progress: SharedProgress
  /// Within the node.
  private let place: Int
  private var sectionCount = 0

  init(_ memory: ProcessMemory, thread: Int) {
    self.memory = memory
    self.thread = thread
    rank = memory.firstWorker + thread
    gate = memory.barrier(thread: thread)
    progress = memory.progress
    place = rank - memory.layout.nodes[memory.node].lowerBound
  }

  var layout: TeamLayout { memory.layout }

  /// Whether this is the node's first worker, which speaks for it.
  var isLeader: Bool { rank == layout.nodes[memory.node].lowerBound }

  /// Tells whoever watches the step that this worker is in.
  func tell(step: Int) { progress.tell(place, step: step) }

  /// Tells whoever watches whether this worker waits for other nodes in `operation`.
  @inline(__always)
  func tell(_ operation: TeamOperation, waitsForNodes: Bool) {
    progress.tell(place, operation: operation.rawValue + (waitsForNodes ? TeamOperation.otherNodes : 0))
  }

  /// Returns when all workers of the node have come here.
  @inline(__always)
  func synchronise(_ operation: TeamOperation) {
    tell(operation, waitsForNodes: false)
    if !gate.wait() { memory.failure.leave(thread: thread) }
  }

  /// Ends the job with `error`; nobody else of the node has to tell.
  func end(_ error: any Error) -> Never {
    abandon()
    memory.failure.end(error)
  }

  /// Lets no one wait for this worker.
  func abandon() { gate.abandon() }

  var isAbandoned: Bool { gate.isAbandoned }

  /// A section that the node's workers share; collective over them.
  func makeSection(_ sizes: NodeSection.Sizes) -> NodeSection {
    // All have read the list of sections before it grows.
    synchronise(.memory)
    if thread == 0 { memory.addSection(sizes) }
    synchronise(.memory)
    sectionCount += 1
    return memory.sections[sectionCount - 1]
  }

  /// Passes the bytes of one worker, for which `isRoot` is true, to all that want to keep them.
  ///
  /// - forward: brings the mail from the root's node to the others, where there are any; every worker calls it.
  func relay(_ bytes: [UInt8], isRoot: Bool, keeps: Bool, forward: () -> Void) -> [UInt8] {
    let mail = memory.mail
    var result: [UInt8] = []
    var done = 0
    var left: Int
    repeat {
      if isRoot {
        let part = Array(bytes[done..<min(done + mail.count, bytes.count)])
        memory.mailCount[0] = Int64(bytes.count - done)
        mail[0..<part.count].copy(from: part)
      }
      synchronise(.mail)
      forward()
      left = Int(memory.mailCount[0])
      let count = min(left, mail.count)
      if keeps && !isRoot { result += mail[0..<count].array }
      done += count
      left -= count
      synchronise(.mail)
    } while left > 0
    return keeps && isRoot ? bytes : result
  }
}
