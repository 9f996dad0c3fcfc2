#if MPI
  internal import CMPI

  extension World {
    /// Number of processes that a launcher says it started, of which this is one; nil when no launcher started this process, so
    /// that MPI need not be started; 0 when a launcher doesn't tell the number.
    ///
    /// A pure function of the environment: Open MPI's mpirun, PMI (MPICH, Intel MPI, `srun --mpi=pmi2`), then `srun`, with PMIx or
    /// without an MPI plug-in. Inside a Slurm batch script but outside `srun` there is no launcher.
    public static func launchedSize(environment: [String: String]) -> Int? {
      if let size = integer("OMPI_COMM_WORLD_SIZE", environment) ?? integer("PMI_SIZE", environment) { return size }
      let isRank = environment["PMI_RANK"] != nil || environment["PMIX_RANK"] != nil
      if environment["SLURM_PROCID"] != nil, let size = integer("SLURM_STEP_NUM_TASKS", environment) { return size }
      return isRank ? integer("SLURM_NTASKS", environment) ?? 0 : nil
    }

    /// This process's number among those that the launcher started; nil when no launcher tells it. A pure function.
    public static func launchedRank(environment: [String: String]) -> Int? {
      for name in ["OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "SLURM_PROCID"] {
        if let rank = integer(name, environment) { return rank }
      }
      return nil
    }

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

    private static func integer(_ name: String, _ environment: [String: String]) -> Int? {
      environment[name].flatMap { Int($0) }
    }
  }
#endif
