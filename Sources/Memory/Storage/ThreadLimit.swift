/// What may keep the system from giving a process another thread.
public enum ThreadLimit {
  /// The limit that is reached, or the one that there is, with its number: "pids.max of /sys/fs/cgroup/job, 32",
  /// "ulimit -u, 64"; nil where the system tells of none.
  public static var binding: String? {
    if let group = groups.first(where: { $0.left <= 0 }) { return group.text }
    // A thread's stack takes address space, whose limit holds for root, too.
    if let memory = MemoryLimit.ofThisProcess, memory.available < 1 << 20 {
      return "\(memory.name), \(memory.total >> 10) kB"
    }
    return SystemFile("/proc/self/limits")?["Max processes "].map { "ulimit -u, \($0)" }
  }

  /// The control group's limit that leaves fewer than `count` threads or processes; nil for none.
  public static func leavingLess(than count: Int) -> String? { groups.first { $0.left < count }?.text }

  /// The limits of the control groups that this process is in, and how many threads they leave.
  private static var groups: [(text: String, left: Int)] {
    let file = SystemFile("/proc/self/cgroup")
    let paths = [("", file?.rest(of: "0::")), ("/pids", file?.rest(behind: ":pids:"))]
    return paths.flatMap { root, path in
      (path.map { MemoryLimit.folders(of: $0) } ?? []).compactMap { folder in
        let directory = "/sys/fs/cgroup" + root + folder
        guard let most = SystemFile(directory + "/pids.max")?[""],
          let count = SystemFile(directory + "/pids.current")?[""]
        else { return nil }
        return ("pids.max of \(directory), \(most)", most - count)
      }
    }
  }
}
