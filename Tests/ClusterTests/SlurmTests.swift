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

    /// A sweep's runs are those of `train` by itself, and the same command goes on with it as another step.
    @Test func aSweepHasTheRunsOfOneProcess() throws {
      let checkout = try Checkout()
      defer { checkout.remove() }
      let text = "epochs: 1\nlr-find: false\nbptt: 40\nseeds: 2\ngrid:\n  hidden: [16, 24]\n  lr: [1e-3, 1e-2]\n"
      try text.write(toFile: checkout.path + "/s.yaml", atomically: true, encoding: .utf8)
      func sweep(_ ranks: Int, _ options: [String]) throws -> Finished {
        try Cluster.slurm.run(
          Self.srun + ["-n", "\(ranks)", ".build/release/dist-train", "sweep", "s.yaml", "--threads", "1"] + options,
          in: checkout.path, environment: Self.asRoot, seconds: 120)
      }
      let first = try sweep(3, ["--out", "o"])
      #expect(first.status == 0, "\(first.all)")
      #expect(first.output.contains("8 runs of 4 variants"), "\(first.all)")
      let again = try sweep(2, ["--out", "o", "--quiet"])
      #expect(again.status == 0 && again.digests == first.digests && !first.digests.isEmpty, "\(again.all)")
      let lines = try String(contentsOfFile: checkout.path + "/o/runs.csv", encoding: .utf8).split(separator: "\n")
      #expect(lines.count == 9)
      for (hidden, lr, seed) in [("16", "0.001", "42"), ("24", "0.01", "43")] {
        let digest = try digestAlone(
          [
            "--epochs", "1", "--no-lr-find", "--bptt", "40", "--hidden", hidden, "--lr", lr, "--seed", seed, "--out",
            "none",
          ], in: checkout.path)
        let line = lines.first { $0.contains("hidden=\(hidden),lr=\(lr),seed=\(seed)") }
        #expect(line?.contains(digest.dropFirst("digest ".count)) ?? false, "\(lines)")
      }
      // A run that can't be done ends the step with one line of its own, and leaves nothing. MPICH has Slurm end the
      // step, which kills its ranks: the status is then that of the kill.
      try "train: none\nvalid: none\n".write(toFile: checkout.path + "/s.yaml", atomically: true, encoding: .utf8)
      let refused = try sweep(4, ["--out", "p"])
      #expect(MPILauncher.ofThisBuild == .openMPI ? refused.status == 74 : [74, 137].contains(refused.status))
      #expect(refused.errors.count { $0.hasPrefix("dist-train: ") } == 1, "\(refused.all)")
      #expect(!FileManager.default.fileExists(atPath: checkout.path + "/p"))
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
