internal import Files
internal import MPI
internal import Platform
internal import SystemPackage

/// The processes of a job that were started on this node by the same launcher process and have a lower rank.
///
/// MPICH's launcher, unlike Open MPI's, lets the others run when a process ends before MPI is up; so each looks itself
/// whether one that has its error too, and reports it, has ended already.
enum LowerRanks {
  /// Whether one of them has ended. False where that can't be known: without `/proc`, behind a wrapper, or where the
  /// launcher doesn't number the processes of a node.
  static var someHaveEnded: Bool {
    guard let own = Launcher.current, own.numbersRanksOfNode, own.rankOnNode > 0 else { return false }
    let parent = getppid()
    guard let children = try? FileOperations.read(FilePath("/proc/\(parent)/task/\(parent)/children")) else {
      return false
    }
    let alive = children.split(separator: UInt8(ascii: " ")).count { child in
      launcher(ofProcess: String(decoding: child, as: UTF8.self)).map { $0.rankOnNode < own.rankOnNode } ?? false
    }
    return alive < own.rankOnNode
  }

  /// What a process's launcher has said to it; nil for one that has ended or that none has started.
  private static func launcher(ofProcess process: String) -> Launcher? {
    // The environment of one that has ended, and is still listed, is empty.
    guard let bytes = try? FileOperations.read(FilePath("/proc/\(process)/environ")) else { return nil }
    var variables: [String: String] = [:]
    for entry in bytes.split(separator: 0) {
      let parts = String(decoding: entry, as: UTF8.self).split(separator: "=", maxSplits: 1)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
    }
    return Launcher { variables[$0] }
  }
}
