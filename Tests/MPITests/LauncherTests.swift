import MPI
import Testing

/// What the environment tells of the launcher.
@Suite struct LauncherTests {
  @Test(
    arguments: [
      (["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_LOCAL_RANK": "1"], 4, 3, 1),
      (["PMI_SIZE": "8", "PMI_RANK": "5"], 8, 5, 5),
      (["PMI_SIZE": "8", "PMI_RANK": "5", "MPI_LOCALRANKID": "2"], 8, 5, 2),
      (["SLURM_STEP_NUM_TASKS": "6", "SLURM_PROCID": "4", "SLURM_LOCALID": "0"], 6, 4, 0),
      // mpirun inside a Slurm job.
      (
        [
          "SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0", "OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "2",
          "OMPI_COMM_WORLD_LOCAL_RANK": "2",
        ], 4, 2, 2
      ),
      (["PMIX_RANK": "2", "SLURM_NTASKS": "5"], 5, 2, 2), (["PMIX_RANK": "2"], 0, 2, 2),
    ] as [([String: String], Int, Int, Int)])
  func variablesOfEachLauncher(environment: [String: String], size: Int, rank: Int, rankOnNode: Int) throws {
    let launcher = try #require(Launcher { environment[$0] })
    #expect(launcher.size == size)
    #expect(launcher.rank == rank)
    #expect(launcher.rankOnNode == rankOnNode)
  }

  @Test(
    arguments: [
      [:], ["SLURM_NTASKS": "4", "SLURM_JOB_ID": "7"], ["OMPI_COMM_WORLD_SIZE": "4"],
      ["OMPI_COMM_WORLD_SIZE": "four", "OMPI_COMM_WORLD_RANK": "0"],
    ] as [[String: String]])
  func noLauncher(environment: [String: String]) { #expect(Launcher { environment[$0] } == nil) }
}
