/// What may keep the system from giving a process another thread.
public enum ThreadLimit {
  /// The limit that is reached, or the one that there is, with its number: "pids.max of /sys/fs/cgroup/job, 32",
  /// "ulimit -u, 64"; nil where the system tells of none.
  public static var binding: String? {
    let groups = SystemFile("/proc/self/cgroup")
    let paths = [("", groups?.rest(of: "0::")), ("/pids", groups?.rest(behind: ":pids:"))]
    for (root, path) in paths {
      guard let path else { continue }
      for folder in MemoryLimit.folders(of: path) {
        let directory = "/sys/fs/cgroup" + root + folder
        guard let most = SystemFile(directory + "/pids.max")?[""],
          let count = SystemFile(directory + "/pids.current")?[""], count >= most
        else { continue }
        return "pids.max of \(directory), \(most)"
      }
    }
    // A thread's stack takes addresses, of which root has no more than others.
    if let memory = MemoryLimit.ofThisProcess, memory.available < 1 << 20 {
      return "\(memory.name), \(memory.total >> 10) kB"
    }
    return SystemFile("/proc/self/limits")?["Max processes "].map { "ulimit -u, \($0)" }
  }
}
