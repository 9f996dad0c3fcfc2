internal import Files
internal import Memory
internal import Platform
internal import SystemPackage

/// The threads that a limit on those of a user leaves to the ranks of a node (`ulimit -u`), which root has not.
enum UserThreads {
  /// That limit, where it leaves fewer than `count` to the processes that have one parent with this, which are the
  /// node's ranks: "ulimit -u, 64"; nil where it leaves them. Ranks may have started more of their threads or fewer:
  /// what they have doesn't count. A limit that is so high that counting would take its time isn't looked at.
  static func leavingLess(than count: Int) -> String? {
    let user = geteuid()
    guard user != 0, let limit = SystemFile("/proc/self/limits")?["Max processes "], limit < 4096 else { return nil }
    let directory = FilePath("/proc")
    let parent = Int(getppid())
    let taken = FileOperations.names(in: directory).reduce(0) { sum, name in
      let process = directory.appending(name)
      guard Int(name) != nil, (try? process.stat().userID.rawValue) == user,
        SystemFile(process.appending("status").string)?["PPid:"] != parent
      else { return sum }
      return sum + FileOperations.names(in: process.appending("task")).count
    }
    return limit - taken < count ? "ulimit -u, \(limit)" : nil
  }
}
