#if MPI
  internal import Files
  internal import MPI
  internal import Memory
  internal import SystemPackage
  internal import Teams

  extension Job {
    /// Throws where the process's surroundings keep MPI from starting: its libraries end the process then, or the
    /// launcher hangs, with many lines of which none says what to do.
    static func checkSurroundings(_ launcher: Launcher) throws(RunError) {
      if let setting = World.unusableSetting() {
        throw RunError(setting.problem, at: setting.text, remedy: setting.remedy, status: .usage)
      }
      if let limit = SystemFile("/proc/self/limits")?["Max open files "], limit < fileCount {
        throw RunError(
          "too few files may be open for MPI", at: "ulimit -n, \(limit)",
          remedy: "raise it to \(fileCount) or more", status: .failure)
      }
      if launcher.isOpenMPI { try checkSessionDirectory() } else { try checkSharedMemory(launcher) }
    }

    /// Open MPI's launcher makes two files for what ranks tell each other, in its directory below TMPDIR, as soon as
    /// the first rank has started.
    private static func checkSessionDirectory() throws(RunError) {
      let environment = World.environment
      guard let directory = environment["PMIX_SERVER_TMPDIR"], let free = SharedWindow.freeBytes(in: directory) else {
        return
      }
      var there = 0
      for name in ["PMIX_DSTORE_21_BASE_PATH", "PMIX_DSTORE_ESH_BASE_PATH"] {
        guard let folder = environment[name].map({ FilePath($0) }) else { continue }
        for file in FileOperations.names(in: folder) { there += Int((try? folder.appending(file).stat().size) ?? 0) }
      }
      guard free + there < storeByteCount else { return }
      throw RunError(
        "too little room for the files of Open MPI's launcher",
        at: "\(directory), \(free >> 10) kB free, \(storeByteCount >> 10) kB needed",
        remedy: "free some space there, or give another directory by TMPDIR", status: .inputOutput)
    }

    /// Files that a rank may come to have open: MPICH's take 33 before the first message, whatever their number.
    private static let fileCount = 64

    /// Bytes of both files.
    private static let storeByteCount = 8 << 20

    /// MPICH's ranks take memory of the node for their messages, in `/dev/shm` or where UCX is told to.
    private static func checkSharedMemory(_ launcher: Launcher) throws(RunError) {
      let ranks = launcher.ranksOnNode
      if let directory = World.unwritableRoom(ranksOnNode: ranks) {
        throw RunError(
          "the ranks of a node can't share memory, since they can't write there", at: directory,
          remedy: "have it mounted for writing, or name another directory by UCX_POSIX_DIR", status: .failure)
      }
      if let (free, directory) = World.fullRoom(ranksOnNode: ranks, least: RunError.leastSharedMemory) {
        let least = TeamError.littleSharedMemory(
          needed: RunError.leastSharedMemory, available: free, directory: directory)
        if let error = RunError(lacking: least) { throw error }
      }
      guard let (needed, free, directory) = World.littleRoom(ranksOnNode: ranks) else { return }
      throw RunError(
        "too little shared memory for the ranks of a node",
        at: "\(directory), \(free >> 10) kB free, \(needed >> 10) kB needed",
        remedy: "give a container more (--shm-size), or name another directory by UCX_POSIX_DIR", status: .failure)
    }
  }
#endif
