internal import Files
internal import Teams

/// What the system says of the machine; what it doesn't say is empty.
package struct MachineFacts: Sendable, Equatable {
  /// A cache of the first usable core.
  package struct Cache: Sendable, Equatable {
    /// 1 for the nearest.
    package var level: Int
    /// "Data", "Instruction" or "Unified".
    package var type: String
    package var bytes: Int
    /// How many of the machine's cores, as the system numbers them, have one of these together.
    package var cores: Int
  }

  /// The CPU's name.
  package var cpu: String
  /// Whether it says that it runs under a hypervisor, which may make the rest up.
  package var isVirtual: Bool
  /// Cores that the machine has.
  package var cores: Int
  /// The numbers of those that this process may use.
  package var usable: [Int]
  /// Those that are hardware threads of one core, by what the system says.
  package var siblings: [[Int]]
  package var caches: [Cache]

  /// Asks the system now (`/proc/cpuinfo`, `/sys/devices/system/cpu`).
  package static func read() -> MachineFacts {
    let lines = text("/proc/cpuinfo")?.split(separator: "\n") ?? []
    func entry(_ name: String) -> String? {
      lines.first { $0.hasPrefix(name) }?.split(separator: ":", maxSplits: 1).last.map { trimmed($0) }
    }
    let usable = usableCoreNumbers()
    var siblings: [[Int]] = []
    for core in usable {
      let group = numbers(value(core, "topology/thread_siblings_list") ?? "").filter { usable.contains($0) }
      if group.count > 1, !siblings.contains(group) { siblings.append(group) }
    }
    return MachineFacts(
      cpu: entry("model name") ?? entry("CPU implementer") ?? "",
      isVirtual: entry("flags")?.split(separator: " ").contains("hypervisor") ?? false, cores: onlineCores(),
      usable: usable, siblings: siblings, caches: caches(of: usable.first ?? 0))
  }

  private static func caches(of core: Int) -> [Cache] {
    var caches: [Cache] = []
    while let level = value(core, "cache/index\(caches.count)/level").flatMap({ Int($0) }) {
      let folder = "cache/index\(caches.count)"
      caches.append(
        Cache(
          level: level, type: value(core, "\(folder)/type") ?? "", bytes: bytes(value(core, "\(folder)/size") ?? ""),
          cores: max(1, numbers(value(core, "\(folder)/shared_cpu_list") ?? "").count)))
    }
    return caches
  }

  private static func text(_ path: String) -> String? { try? InputFile.text(path, remedy: "") }

  private static func value(_ core: Int, _ name: String) -> String? {
    text("/sys/devices/system/cpu/cpu\(core)/\(name)").map { trimmed($0[...]) }
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }

  /// The numbers of a list such as "0-3,8".
  static func numbers(_ list: String) -> [Int] {
    list.split(separator: ",").flatMap { part -> [Int] in
      let ends = part.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first <= last, last - first < 65_536 else { return [] }
      return Array(first...last)
    }
  }

  /// Bytes of a size such as "32K".
  static func bytes(_ size: String) -> Int {
    let factor = size.hasSuffix("K") ? 1 << 10 : size.hasSuffix("M") ? 1 << 20 : 1
    return (Int(factor == 1 ? size : String(size.dropLast())) ?? 0) * factor
  }
}
