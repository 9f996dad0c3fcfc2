internal import Memory
internal import MPI

/// Has one of a node's processes report why the job ends, and the others wait for it.
public struct ErrorReporter: Sendable {
  private let memory: ProcessMemory?

  init(_ memory: ProcessMemory?) { self.memory = memory }

  /// Whether its node is the team's first.
  public var isOnFirstNode: Bool { memory.map { $0.node == 0 } ?? true }

  /// Writes the error's line and returns true in the first of the node's processes that comes here, and in one that
  /// shares no memory (any more). The others return false when the line is on its way, or after two seconds: a process
  /// that ended earlier would end the one that reports, too.
  public func report(_ error: any Error) -> Bool {
    guard let memory, !memory.isFreed else {
      writeErrorLine(error)
      return true
    }
    if memory.progress.claim() {
      writeErrorLine(error)
      memory.progress.markReported()
      return true
    }
    for _ in 0..<200 where !memory.progress.isReported { pause(microseconds: 10_000) }
    return false
  }
}
