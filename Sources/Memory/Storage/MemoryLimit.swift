/// A bound on the memory that this process may take: of the machine, of a control group (a container's, a job's), or of
/// the process itself.
public struct MemoryLimit: Sendable, Equatable {
  /// What sets a bound.
  public enum Kind: Sendable, Equatable {
    /// The machine's memory, swap included.
    case machine
    /// A control group's, in a file of that name (`memory.max`, or `memory.limit_in_bytes` of the first version).
    case group(file: String)
    /// `ulimit -v` (`RLIMIT_AS`).
    case addressSpace
    /// `ulimit -d` (`RLIMIT_DATA`).
    case data
  }

  /// What sets it.
  public let kind: Kind
  /// Bytes in all.
  public let total: Int
  /// Bytes that are left.
  public let available: Int

  /// The bound that leaves the least; nil where the system tells of none.
  public static var binding: MemoryLimit? {
    ([machine].compactMap(\.self) + groups + ofProcess).min { $0.available < $1.available }
  }

  /// The bound on this process alone that leaves the least, at which memory is refused rather than the process killed;
  /// nil for none.
  public static var ofThisProcess: MemoryLimit? { ofProcess.min { $0.available < $1.available } }

  /// What to do about it, besides taking less.
  public var remedy: String {
    switch kind {
    case .machine: "take a machine with more"
    case .group: "have more memory given to the container or job"
    case .addressSpace: "raise ulimit -v"
    case .data: "raise ulimit -d"
    }
  }

  /// "ulimit -v", "the machine".
  public var name: String {
    switch kind {
    case .machine: "the machine"
    case .group(let file): file
    case .addressSpace: "ulimit -v"
    case .data: "ulimit -d"
    }
  }

  // MARK: Reading the limits

  private static var machine: MemoryLimit? {
    guard let file = SystemFile("/proc/meminfo"), let free = file["MemAvailable:"], let all = file["MemTotal:"] else {
      return nil
    }
    return MemoryLimit(
      kind: .machine, total: (all + (file["SwapTotal:"] ?? 0)) << 10,
      available: (free + (file["SwapFree:"] ?? 0)) << 10)
  }

  private static var ofProcess: [MemoryLimit] {
    guard let limits = SystemFile("/proc/self/limits"), let status = SystemFile("/proc/self/status") else { return [] }
    return ofProcess(limits, status)
  }

  /// The bounds in the texts of `/proc/self/limits` and `/proc/self/status`.
  static func ofProcess(_ limits: SystemFile, _ status: SystemFile) -> [MemoryLimit] {
    [(Kind.addressSpace, "Max address space ", "VmSize:"), (.data, "Max data size ", "VmData:")].compactMap {
      kind, limit, use in
      guard let total = limits[limit], let used = status[use] else { return nil }
      return MemoryLimit(kind: kind, total: total, available: max(total - used << 10, 0))
    }
  }

  /// Those of the control groups that this process is in, from its own outwards.
  private static var groups: [MemoryLimit] {
    guard let file = SystemFile("/proc/self/cgroup") else { return [] }
    if let path = file.rest(of: "0::") {
      let own = folders(of: path).compactMap { folder -> MemoryLimit? in
        let directory = "/sys/fs/cgroup" + folder
        let memory = SystemFile(directory + "/memory.stat")
        return group(
          directory + "/memory.max", SystemFile(directory + "/memory.current")?[""],
          droppable: droppable(memory?["file "], shared: memory?["shmem "], mapped: memory?["file_mapped "]))
      }
      if !own.isEmpty { return own }
    }
    // The first version of control groups; inside a container its own is the root.
    guard let path = file.rest(behind: ":memory:") else { return [] }
    return folders(of: path).compactMap { folder in
      let directory = "/sys/fs/cgroup/memory" + folder
      let memory = SystemFile(directory + "/memory.stat")
      return group(
        directory + "/memory.limit_in_bytes", SystemFile(directory + "/memory.usage_in_bytes")?[""],
        droppable: droppable(
          memory?["total_cache "], shared: memory?["total_shmem "], mapped: memory?["total_mapped_file "]))
    }
  }

  /// Bytes that the system can drop from a group's caches: neither shared memory nor what programs have mapped, their
  /// own code above all, which they would only read again.
  static func droppable(_ cached: Int?, shared: Int?, mapped: Int?) -> Int {
    (cached ?? 0) - max(shared ?? 0, mapped ?? 0)
  }

  /// - droppable: bytes that the system can drop from its caches.
  private static func group(_ file: String, _ used: Int?, droppable: Int) -> MemoryLimit? {
    // The first version has a number near 2⁶³ where there is no limit.
    guard let limit = SystemFile(file)?[""], let used, limit < 1 << 60 else { return nil }
    return MemoryLimit(
      kind: .group(file: file), total: limit, available: max(limit - used + max(droppable, 0), 0))
  }

  /// A path and those above it: `/a/b`, `/a` and the root, which is the empty string.
  static func folders(of path: String) -> [String] {
    var parts = path.split(separator: "/")
    var result: [String] = []
    while !parts.isEmpty {
      result.append("/" + parts.joined(separator: "/"))
      parts.removeLast()
    }
    return result + [""]
  }
}
