internal import Synchronization

/// Memory that a run needs and can't have, reported before the system kills a process for using it.
public struct MemoryShortage: Error {
  /// Bytes that were asked for.
  public let needed: Int
  /// Bytes that were to be had; nil where the system doesn't say.
  public let available: Int?

  /// Has `end` called, on any thread, when memory is short: it ends the process, since kernels and models can't go on
  /// and pass no errors on. Until it is given, the process traps.
  public static func whenShort(_ end: @escaping @Sendable (MemoryShortage) -> Never) {
    handler.withLock { $0 = end }
  }

  /// Ends the process unless so many bytes more are to be had. The system is asked whenever another 64 MiB have come
  /// together.
  public static func check(_ byteCount: Int) {
    let asked = total.wrappingAdd(byteCount, ordering: .relaxed)
    guard asked.oldValue >> 26 != asked.newValue >> 26, let available = availableMemory(), available < byteCount else {
      return
    }
    happen(byteCount, available)
  }

  static func happen(_ needed: Int, _ available: Int?) -> Never {
    handler.withLock { $0 }(MemoryShortage(needed: needed, available: available))
  }

  private static let handler = Mutex<@Sendable (MemoryShortage) -> Never> {
    preconditionFailure("\($0.needed) bytes of memory are not to be had")
  }
  private static let total = Atomic(0)
}

/// Bytes that processes can take before the system begins to kill: of the machine, swap included, and of this process's
/// control group; nil where the system doesn't say (`/proc/meminfo`).
func availableMemory() -> Int? {
  let machine = SystemFile("/proc/meminfo")
  guard let free = machine?["MemAvailable:"] else { return nil }
  let swap = machine?["SwapFree:"] ?? 0
  return min((free + swap) << 10, groupMemory() ?? .max)
}

/// Bytes that are left of the control group's limit, counting what the system can drop from its caches.
private func groupMemory() -> Int? {
  guard let path = SystemFile("/proc/self/cgroup")?.rest(of: "0::") else { return nil }
  let folder = "/sys/fs/cgroup" + (path == "/" ? "" : path)
  guard let limit = SystemFile(folder + "/memory.max")?[""], let used = SystemFile(folder + "/memory.current")?[""]
  else { return nil }
  let memory = SystemFile(folder + "/memory.stat")
  return max(limit - used + (memory?["file "] ?? 0) - (memory?["shmem "] ?? 0), 0)
}
