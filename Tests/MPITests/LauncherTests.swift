import Testing

@testable import MPI

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

  @Test func variablesThatMakeOneOfSeveral() {
    let set = ["PMI_RANK": "2", "HOME": "/", "OMPI_COMM_WORLD_SIZE": "4", "PMIX_NAMESPACE": "7"]
    #expect(Launcher.variables { set[$0] } == ["OMPI_COMM_WORLD_SIZE", "PMI_RANK"])
  }

  /// A launcher that nobody can reach any more is gone; one of which nothing is known isn't.
  @Test func launchersThatAreGone() {
    let table =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      + "   0: 0100007F:9F11 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1\n"
      + "   1: 0100007F:9F12 0100007F:9F11 01 00000000:00000000 00:00000000 00000000     0        0 2 1\n"
    #expect(Launcher.hasListener(on: 0x9F11, in: table))
    #expect(!Launcher.hasListener(on: 0x9F12, in: table) && !Launcher.hasListener(on: 1, in: table))
    #expect(Launcher.port(of: "24.0;tcp4://127.0.0.1:40721") == 40721)
    #expect(Launcher.port(of: "24.0;usock://x:1") == nil && Launcher.port(of: "") == nil)
    #expect(!Launcher.isGone { [:][$0] })
    #expect(Launcher.isGone { ["PMI_FD": "9999"][$0] } && !Launcher.isGone { ["PMI_FD": "1"][$0] })
    // Nothing listens on port 1 of a machine that runs tests.
    #expect(Launcher.isGone { ["PMIX_SERVER_URI2": "1.0;tcp4://127.0.0.1:1"][$0] })
  }
}
