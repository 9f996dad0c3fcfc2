internal import Memory
internal import Teams

/// How many runs memory lets a process do side by side.
enum RunsAtOnce {
  /// Bytes that a run takes of its process beside its workers', about: heap, stacks, what its files are made from.
  private static let growthByteCount = 24 << 20

  /// Bytes that the process holds back for keeping a state (`MemoryReserve`), and for its lines, at most.
  private static let reserveByteCount = 80 << 20

  /// At least one, which is found to fit before.
  ///
  /// - byteCount: of the largest run's workers.
  /// - node: the bound that leaves least, which all processes of a node share unless it is this process's; process: the
  ///   bound on this process alone.
  static func count(_ byteCount: Int, _ node: MemoryLimit?, _ process: MemoryLimit?, _ place: TeamPlace) -> Int {
    let each = byteCount + growthByteCount
    let own = process.map { ($0.available - reserveByteCount) / each } ?? .max
    let shared = node.map { $0 == process ? .max : $0.available / each / place.node.count } ?? .max
    return max(1, min(own, shared))
  }
}
