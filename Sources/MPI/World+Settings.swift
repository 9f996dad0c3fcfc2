#if MPI
  internal import CMPI
  internal import Platform

  /// The processors that a process may run on.
  public struct Cores: Equatable, Sendable {
    /// Processors of the node.
    public let online: Int
    /// Those that this process may use.
    public let allowed: Int

    /// `allowed` of `online` processors.
    public init(online: Int, allowed: Int) {
      self.online = online
      self.allowed = allowed
    }

    /// Those of this process (`sysconf`, `sched_getaffinity`).
    public static var current: Cores {
      let online = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
      return Cores(online: online, allowed: max(1, Int(cmpi_allowed_cores(Int32(online)))))
    }
  }

  extension World {
    /// Open MPI parameters worth setting before it starts, as environment variables; those that `environment` has
    /// already are left alone. A pure function, the same on all ranks of a job.
    ///
    /// On a single node, `pml=ob1` (shared memory) starts 200 ms faster than the search for a network. With more ranks
    /// on the node than cores a waiting rank must yield at once; Open MPI doesn't notice that when the launcher was
    /// told of more slots.
    public static func settings(environment: [String: String], cores: Cores) -> [(name: String, value: String)] {
      func integer(_ name: String) -> Int? { environment[name].flatMap { Int($0) } }
      var settings: [(name: String, value: String)] = []
      guard let size = integer("OMPI_COMM_WORLD_SIZE"), let local = integer("OMPI_COMM_WORLD_LOCAL_SIZE") else {
        return settings
      }
      if size == local && environment["OMPI_MCA_pml"] == nil { settings.append(("OMPI_MCA_pml", "ob1")) }
      if isCrowded(environment: environment, cores: cores) && environment["OMPI_MCA_mpi_yield_when_idle"] == nil {
        settings.append(("OMPI_MCA_mpi_yield_when_idle", "1"))
      }
      return settings
    }

    /// Parameters of Open MPI, and of UCX under MPICH, to change so that the ranks of a node can share memory; nil for
    /// one to be unset. A pure function; ranks may get different answers.
    ///
    /// `osc`, where it is set, must leave the module `sm` in. Where the node's shared memory, a container's `/dev/shm`
    /// say, has too little room for its ranks' message buffers, files in another directory take its place.
    ///
    /// - room: bytes that are free in `/dev/shm`; nil where it isn't known. elsewhere: another directory and its free
    ///   bytes.
    static func corrections(
      environment: [String: String], room: Int?, elsewhere: (directory: String, room: Int)?
    ) -> [(name: String, value: String?)] {
      var result: [(name: String, value: String?)] = []
      if let modules = environment["OMPI_MCA_osc"], !modules.isEmpty {
        let isExclusion = modules.hasPrefix("^")
        let names = modules.drop { $0 == "^" }.split(separator: ",")
        if isExclusion && names.contains("sm") {
          let rest = names.filter { $0 != "sm" }
          result.append(("OMPI_MCA_osc", rest.isEmpty ? nil : "^" + rest.joined(separator: ",")))
        } else if !isExclusion && !names.contains("sm") {
          result.append(("OMPI_MCA_osc", modules + ",sm"))
        }
      }
      if let ranks = environment["MPI_LOCALNRANKS"].flatMap({ Int($0) }), ranks > 1,
        environment["OMPI_COMM_WORLD_LOCAL_SIZE"] == nil, !namesTransports(environment)
      {
        let need = ranks * transportByteCount + windowByteCount
        if let room, room < need, let elsewhere, elsewhere.room >= need {
          result.append(("UCX_POSIX_DIR", elsewhere.directory))
        }
        return result
      }
      guard let ranks = environment["OMPI_COMM_WORLD_LOCAL_SIZE"].flatMap({ Int($0) }), ranks > 1 else { return result }
      let need = ranks * segmentByteCount + windowByteCount
      guard let room, room < need, let elsewhere, elsewhere.room >= need else { return result }
      for name in ["OMPI_MCA_btl_vader_backing_directory", "OMPI_MCA_osc_sm_backing_directory"]
      where environment[name] == nil {
        result.append((name, elsewhere.directory))
      }
      return result
    }

    /// The shared memory that MPICH's ranks of a node need for their messages, what is free of it, and where, if that
    /// is too little and no other directory has enough; nil where it is enough.
    public static func littleRoom(ranksOnNode ranks: Int) -> (needed: Int, free: Int, directory: String)? {
      let environment = environment
      let needed = ranks * transportByteCount
      guard ranks > 1, !namesTransports(environment), libraryVersion.hasPrefix("MPICH"),
        let free = SharedWindow.freeBytes(in: SharedWindow.directory), free < needed,
        (SharedWindow.freeBytes(in: temporaryDirectory(environment)) ?? 0) < needed
      else { return nil }
      return (needed, free, SharedWindow.directory)
    }

    /// The directory that MPICH's ranks on one node can't do without where it holds fewer than `least` bytes, and those
    /// that are free there; nil where there are enough.
    public static func fullRoom(ranksOnNode ranks: Int, least: Int) -> (free: Int, directory: String)? {
      guard ranks > 1, libraryVersion.hasPrefix("MPICH"),
        let free = SharedWindow.freeBytes(in: SharedWindow.directory), free < least
      else { return nil }
      return (free, SharedWindow.directory)
    }

    /// The directory that UCX shares memory by, where this process can't write to it; nil where it can, or isn't to.
    public static func unwritableRoom(ranksOnNode ranks: Int) -> String? {
      let directory = SharedWindow.directory
      guard ranks > 1, libraryVersion.hasPrefix("MPICH"), !namesTransports(environment), access(directory, W_OK) != 0
      else { return nil }
      return directory
    }

    /// Whether the user has said how UCX sends messages.
    private static func namesTransports(_ environment: [String: String]) -> Bool {
      environment["UCX_TLS"] != nil || environment["UCX_POSIX_DIR"] != nil
    }

    /// Where temporary files go.
    static func temporaryDirectory(_ environment: [String: String]) -> String {
      environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    }

    /// Bytes of shared memory that UCX takes for a rank's messages, under MPICH 4: 4.21 MiB.
    static let transportByteCount = 4_500_000

    /// Bytes of address space that Open MPI takes at its start, its libraries and threads' stacks included: 95 MB with
    /// 4 ranks on the node and a single heap.
    public static let addressByteCount = 120 << 20

    /// Bytes of shared memory that Open MPI takes for a rank's messages.
    static let segmentByteCount = 4 << 20 + 4096
    /// Bytes for windows: more than those of small models take.
    static let windowByteCount = 8 << 20

    /// Whether the launcher says that it has started more ranks on this node than there are cores for them.
    static func isCrowded(environment: [String: String], cores: Cores) -> Bool {
      let names = ["OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"]
      guard let ranks = names.lazy.compactMap({ environment[$0].flatMap { Int($0) } }).first else { return false }
      // A bound rank may use few cores though the node has enough.
      let isBound = environment["OMPI_MCA_orte_bound_at_launch"] != nil
      return ranks > cores.online || (!isBound && ranks > cores.allowed)
    }

    /// Whether waiting ranks leave their cores to others inside the library, as Open MPI's do when they are told.
    public static var yieldsByItself: Bool { environment["OMPI_MCA_mpi_yield_when_idle"] == "1" }

    /// The process's environment. Entries that aren't UTF-8 are repaired.
    public static var environment: [String: String] {
      var result: [String: String] = [:]
      guard var entry = CMPI_environment() else { return result }
      while let text = entry.pointee {
        let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
        entry += 1
      }
      return result
    }
  }
#endif
