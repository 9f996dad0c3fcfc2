internal import Platform
internal import Synchronization

/// Memory that a run needs and can't have, reported before the system kills a process for using it.
public struct MemoryShortage: Error {
  /// Bytes that were asked for.
  public let needed: Int
  /// What leaves too few; nil where the system doesn't say.
  public let limit: MemoryLimit?

  /// Has `end` called, on any thread, when memory is short. It ends the process, since kernels and models can neither
  /// go on nor throw. Where none is set, the process traps.
  public static func whenShort(_ end: @escaping @Sendable (MemoryShortage) -> Never) {
    handler.withLock { $0 = end }
  }

  /// Ends the process unless `byteCount` more bytes are to be had. The system is asked only once for every 64 MiB that
  /// calls of this add up to.
  public static func check(_ byteCount: Int) {
    let asked = total.wrappingAdd(byteCount, ordering: .relaxed)
    guard asked.oldValue >> 26 != asked.newValue >> 26 else { return }
    checkNow(byteCount)
  }

  /// Ends the process unless `byteCount` more bytes are to be had.
  public static func checkNow(_ byteCount: Int) {
    guard let limit = MemoryLimit.binding, limit.available < byteCount else { return }
    happen(byteCount, limit)
  }

  static func happen(_ needed: Int, _ limit: MemoryLimit?) -> Never {
    // One thread ends the process; others that come to the same wait for that.
    while happened.exchange(true, ordering: .relaxed) { sleep(1) }
    let end = handler.withLock { $0 }
    end(MemoryShortage(needed: needed, limit: limit))
  }

  /// Whether the process is about to end by this.
  static var hasHappened: Bool { happened.load(ordering: .relaxed) }

  private static let happened = Atomic(false)

  private static let handler = Mutex<@Sendable (MemoryShortage) -> Never> {
    preconditionFailure("\($0.needed) bytes of memory are not to be had")
  }
  private static let total = Atomic(0)
}
