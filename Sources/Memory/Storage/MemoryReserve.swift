internal import Platform
internal import Synchronization

/// Memory that is held back, so that a run which can get no more can still write a checkpoint and report the shortage.
///
/// Where a limit on the process's address space is reached, the system refuses memory, and Swift has no answer to that
/// but to crash. The program therefore makes its allocations by `allocate`, which gives the reserve back when memory is
/// refused: the run stops after its step (`isUsed`), and its checkpoint has that memory. Held memory is never touched,
/// and so takes none of the machine's.
public enum MemoryReserve {
  /// Whether memory was refused and the reserve given back for it.
  public static var isUsed: Bool { used.load(ordering: .relaxed) > 0 }

  /// What was refused and by which limit; nil while nothing was.
  public static var shortage: MemoryShortage? {
    let needed = used.load(ordering: .relaxed)
    return needed > 0 ? MemoryShortage(needed: needed, limit: MemoryLimit.ofThisProcess ?? MemoryLimit.binding) : nil
  }

  /// Prepares the process for a limit on its address space: holds the memory that reporting a shortage takes, has all
  /// threads use one heap, and makes room for the stack. To be called at the process's start, on its first thread.
  public static func prepare() {
    last.hold(4 << 20)
    guard MemoryLimit.ofThisProcess != nil else { return }
    #if canImport(Glibc)
      // Otherwise each thread's heap takes 64 to 128 MB of addresses (`M_ARENA_MAX`).
      if let setOption = systemFunction("mallopt", (@convention(c) (Int32, Int32) -> Int32).self) {
        _ = setOption(-8, 1)
      }
    #endif
    growStack()
  }

  /// Holds `byteCount` bytes; ends the process by `MemoryShortage` where they are not to be had. Does nothing while
  /// some are held already, or when the reserve has been used.
  public static func hold(_ byteCount: Int) {
    // Workers of a process come here at once: what one of them holds must not look like a shortage to the next.
    holding.withLock { _ in
      guard !isUsed, !main.isHeld else { return }
      MemoryShortage.checkNow(byteCount)
      guard main.hold(byteCount) else { MemoryShortage.happen(byteCount, MemoryLimit.ofThisProcess) }
    }
  }

  /// Gives the reserve back.
  public static func release() { main.release() }

  /// The memory that `attempt` returns. Where that is nil, since `byteCount` bytes were refused, gives the reserve back
  /// and tries again; ends the process by `MemoryShortage` where that isn't enough.
  static func allocate(_ byteCount: Int, _ attempt: () -> UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer {
    if let memory = attempt() { return memory }
    main.release()
    if let memory = attempt() {
      used.store(byteCount, ordering: .relaxed)
      return memory
    }
    if !last.release() && !MemoryShortage.hasHappened {
      // Not even enough memory to compose the line.
      let text: StaticString = "dist-train: too little memory: no more is to be had; raise ulimit -v\n"
      _ = write(2, text.utf8Start, text.utf8CodeUnitCount)
      _exit(1)
    }
    // The report may wait for a lock that this thread holds: the alarm then ends the process without it.
    alarm(20)
    MemoryShortage.happen(byteCount, MemoryLimit.ofThisProcess ?? MemoryLimit.binding)
  }

  /// The run's reserve, for its last checkpoint.
  private static let main = Block()
  /// What is held for the line that ends the process.
  private static let last = Block()
  private static let used = Atomic(0)
  private static let holding = Mutex(())

  /// Has the system map 1 MiB more of the calling thread's stack: it would do so when the stack needs that, and end the
  /// process where it can't.
  private static func growStack() {
    var here = 0
    withUnsafeMutableBytes(of: &here) { bytes in
      guard let base = bytes.baseAddress else { return }
      // Nothing lives below the stack's end but what a signal's handler puts there, while it runs.
      (base - (1 << 20)).storeBytes(of: 0, as: UInt8.self)
    }
  }
}

/// Bytes that are mapped and not used.
private final class Block: Sendable {
  private let state = Mutex<(start: UInt, count: Int)>((0, 0))

  var isHeld: Bool { state.withLock { $0.count > 0 } }

  /// Maps `count` bytes, unless some are held already; false where they are refused.
  @discardableResult func hold(_ count: Int) -> Bool {
    state.withLock { state in
      guard state.count == 0 else { return true }
      guard let memory = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0),
        UInt(bitPattern: memory) != .max
      else { return false }
      state = (UInt(bitPattern: memory), count)
      return true
    }
  }

  /// Unmaps the bytes; false where none were held.
  @discardableResult func release() -> Bool {
    state.withLock { state in
      guard state.count > 0 else { return false }
      munmap(UnsafeMutableRawPointer(bitPattern: state.start), state.count)
      state = (0, 0)
      return true
    }
  }
}

#if canImport(Glibc)
  /// glibc's own `malloc`.
  @_silgen_name("__libc_malloc")
  private func libcMalloc(_ byteCount: Int) -> UnsafeMutableRawPointer?

  /// Takes the place of `malloc` in the program, by its linker settings: Swift's objects and arrays come from it.
  @_cdecl("dist_train_malloc")
  public func mallocWithReserve(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    if let memory = libcMalloc(byteCount) { return memory }
    // More than half of all addresses: a count that went wrong, of which the library that asks must make an error.
    if byteCount < 0 { return nil }
    return MemoryReserve.allocate(byteCount) { libcMalloc(byteCount) }
  }
#endif
