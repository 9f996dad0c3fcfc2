internal import Platform

/// What the launcher that started this process (mpirun, srun) says in its environment: known before MPI is up, and in
/// a build without MPI.
public struct Launcher: Equatable, Sendable {
  /// Number of processes that it started; 0 when it doesn't say.
  public let size: Int
  /// This process's number among them.
  public let rank: Int
  /// This process's number among those of its node; its rank where the launcher doesn't say.
  public let rankOnNode: Int
  /// Whether the launcher says the number on the node.
  public let numbersRanksOfNode: Bool
  /// Number of processes that it started on this node; 1 where the launcher doesn't say.
  public let ranksOnNode: Int
  /// Whether it is Open MPI's mpirun.
  public let isOpenMPI: Bool

  /// Open MPI's mpirun, PMI (MPICH, Intel MPI, `srun --mpi=pmi2`), then `srun`, with PMIx or without an MPI plug-in:
  /// the closest launcher first, since `mpirun` inside a Slurm job sees both its own variables and Slurm's.
  private static let known = [
    (size: "OMPI_COMM_WORLD_SIZE", rank: "OMPI_COMM_WORLD_RANK", onNode: "OMPI_COMM_WORLD_LOCAL_RANK"),
    (size: "PMI_SIZE", rank: "PMI_RANK", onNode: "MPI_LOCALRANKID"),
    (size: "SLURM_STEP_NUM_TASKS", rank: "SLURM_PROCID", onNode: "SLURM_LOCALID"),
  ]

  /// Reads the variables through `value`, which gives nil for one that isn't set. Nil when no launcher started this
  /// process, as inside a Slurm batch script but outside `srun`.
  public init?(value: (String) -> String?) {
    func integer(_ name: String) -> Int? { value(name).flatMap { Int($0) } }
    ranksOnNode = integer("OMPI_COMM_WORLD_LOCAL_SIZE") ?? integer("MPI_LOCALNRANKS") ?? 1
    for launcher in Self.known {
      guard let size = integer(launcher.size), let rank = integer(launcher.rank) else { continue }
      self.size = size
      self.rank = rank
      rankOnNode = integer(launcher.onNode) ?? rank
      numbersRanksOfNode = integer(launcher.onNode) != nil
      isOpenMPI = launcher.size == Self.known[0].size
      return
    }
    guard let rank = integer("PMIX_RANK") ?? integer("PMI_RANK") else { return nil }
    size = integer("SLURM_NTASKS") ?? 0
    self.rank = rank
    rankOnNode = rank
    numbersRanksOfNode = false
    isOpenMPI = false
  }

  /// This process's launcher; nil without one, and for one that has started a single process, which needs no MPI.
  public static var current: Launcher? { ofEnvironment.flatMap { $0.size == 1 ? nil : $0 } }

  /// This process's launcher, however many processes it has started; nil without one.
  public static var ofEnvironment: Launcher? {
    // The variable's text is copied before anything could change the environment.
    Launcher { name in getenv(name).map { String(cString: $0) } }
  }
}
