#if MPI
  import Launching
  import Testing

  /// What the wrapper makes of calls that fail.
  @Suite(.serialized) struct ErrorTests {
    static let program = BuiltProgram("MPIExercise")

    @Test(arguments: [1, 3]) func errorsTellOperationClassTextAndRank(ranks: Int) throws {
      let result = try Self.program.run(["errors"], ranks: ranks)
      #expect(result.status == 0, "\(result.errors)")
      for rank in 0..<ranks {
        let own = result.output.map { $0.split(separator: "|", maxSplits: 4) }.filter {
          $0.count == 5 && $0[2] == "\(rank)"
        }
        #expect(own.map { $0[0] } == ["MPI_Bcast", "MPI_Bcast", "MPI_Bcast", "MPI_Comm_split"])
        #expect(own.map { $0[1] } == ["MPI_ERR_ROOT", "MPI_ERR_ROOT", "MPI_ERR_COUNT", "MPI_ERR_COUNT"])
        #expect(own.allSatisfy { $0[3] == "true" && $0[4].hasPrefix("\($0[0]) failed on rank \(rank): \($0[1])") })
      }
      #expect(result.output.count == 4 * ranks)
    }

    @Test(arguments: [1, 4]) func oneRankThatAbortsEndsAll(ranks: Int) throws {
      let result = try Self.program.run(["abort", "7"], ranks: ranks, seconds: 20)
      #expect(result.status == 7, "\(result.errors)")
      let own = result.errors.filter { $0.hasPrefix("MPIExercise: ") }
      #expect(own.count == 1)
      #expect(own.first?.hasPrefix("MPIExercise: MPI_Bcast failed on rank \(ranks - 1): MPI_ERR_ROOT") ?? false)
      #expect(result.output.isEmpty)
      #expect(result.leftProcesses.isEmpty)
    }

    @Test(
      .enabled(if: MPILauncher.ofThisBuild.other.isInstalled, "the other MPI library's launcher is not installed"))
    func anotherLibrarysLauncherIsAnError() throws {
      let launcher = MPILauncher.ofThisBuild.other
      let result = try Self.program.run(["communicators"], ranks: 4, launcher: launcher, seconds: 20)
      #expect(result.status == 3, "\(result.errors)")
      #expect(!result.output.isEmpty)
      #expect(result.output.allSatisfy { $0.contains("launcher mismatch: the launcher started 4 processes") })
      #expect(result.leftProcesses.isEmpty)
    }
  }
#endif
