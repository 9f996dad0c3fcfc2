#if MPI
  import Foundation
  import Launching
  import Testing

  /// Why it isn't done here and now; nil where it is.
  private let slurmObstacle: String? = {
    guard ProcessInfo.processInfo.environment["DIST_TRAIN_SLURM"] == "1" else {
      return "takes a minute: DIST_TRAIN_SLURM=1 asks for it"
    }
    return Cluster.slurm.obstacle
  }()

  /// Under a real Slurm. It takes a minute, so the environment has to ask for it: `DIST_TRAIN_SLURM=1`.
  @Suite(.serialized, .enabled(if: slurmObstacle == nil, "\(slurmObstacle ?? "")"))
  struct SlurmTests {
    private static let asRoot = ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]

    /// srun as the MPI library needs it.
    private static let srun = ["srun", MPILauncher.ofThisBuild == .openMPI ? "--mpi=pmix" : "--mpi=pmi2"]

    @Test(arguments: [srun + ["-n", "3"], ["salloc", "--quiet", "-n", "3", MPILauncher.ofThisBuild.command]])
    func ranksOfAStepHaveTheBitsOfOneProcess(launcher: [String]) throws {
      let checkout = try Checkout()
      defer { checkout.remove() }
      let options = ["--epochs", "1", "--out", "none"]
      let result = try Cluster.slurm.run(
        launcher + [".build/release/dist-train", "--quiet", "--threads", "1"] + options, in: checkout.path,
        environment: Self.asRoot, seconds: 60)
      #expect(result.status == 0, "\(result.all)")
      #expect(result.digests == [try digestAlone(options, in: checkout.path)])
    }

    /// With the launcher that the job picks by itself, which is Open MPI's, and with those named.
    @Test(
      arguments: MPILauncher.ofThisBuild == .openMPI
        ? ["", "mpirun.openmpi"] : ["\(srun.joined(separator: " ")) --kill-on-bad-exit=1"])
    func aJobThatIsTakenItsNodeAndItsTimeGoesOnToTheSameBits(launcher: String) throws {
      let checkout = try Checkout()
      defer { checkout.remove() }
      let options = ["--epochs", "100", "--no-lr-find", "--checkpoint-every", "50"]
      let result = try Cluster.slurm.run(
        [Cluster.path("stop-and-go")] + options + ["--threads", "1"], in: checkout.path,
        environment: Self.asRoot.merging(["DIST_TRAIN_LAUNCHER": launcher]) { _, given in given }, seconds: 300)
      #expect(result.status == 0, "\(result.all)")
      #expect(result.output.last == "restarts 2", "\(result.all)")
      #expect(result.digests == [try digestAlone(options + ["--out", "alone"], in: checkout.path)])
      #expect(try checkout.metrics("runs/disturbed") == checkout.metrics("alone"))
    }
  }
#endif
