#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the launcher's environment tells of this process before MPI is up: enough to print an error once per job.
struct JobEnvironment: Equatable, Sendable {
  /// The process's number in its job; 0 where no launcher started it.
  var rank: Int
  /// The process's number among those of its node; its rank where the launcher doesn't tell.
  var rankOnNode: Int

  /// Where Open MPI, PMI (MPICH, Intel MPI) and Slurm put the rank, the closest launcher first: `mpirun` inside a Slurm
  /// job sees both its own and Slurm's.
  private static let launchers = [
    (rank: "OMPI_COMM_WORLD_RANK", onNode: "OMPI_COMM_WORLD_LOCAL_RANK"),
    (rank: "PMI_RANK", onNode: "MPI_LOCALRANKID"),
    (rank: "SLURM_PROCID", onNode: "SLURM_LOCALID"),
  ]

  /// Reads the variables through `value`, which gives nil for one that isn't set.
  init(value: (String) -> String?) {
    rank = 0
    rankOnNode = 0
    for launcher in Self.launchers {
      guard let rank = value(launcher.rank).flatMap({ Int($0) }), rank >= 0 else { continue }
      self.rank = rank
      rankOnNode = value(launcher.onNode).flatMap { Int($0) } ?? rank
      return
    }
  }

  /// This process's environment.
  static var current: JobEnvironment {
    JobEnvironment { name in
      // The variable's text is copied before anything could change the environment.
      unsafe getenv(name).map { unsafe String(cString: $0) }
    }
  }
}
