#if MPI
  import Launching
  import Testing

  /// Every call of the MPI wrapper under a real launcher.
  @Suite(.serialized) struct CollectiveTests {
    static let program = BuiltProgram("MPIExercise")

    @Test(arguments: 1...5) func everyCollectiveOverEveryType(ranks: Int) throws {
      let result = try Self.program.run(["collectives"], ranks: ranks)
      #expect(result.status == 0, "\(result.errors)")
      let reductions = ["sum", "min", "max"].flatMap { name in
        ["", " in place", " of a value"].map { "all-reduce \(name)\($0)" }
      }
      let calls =
        reductions + ["all-reduce of nothing", "reduce-scatter sum", "reduce-scatter max", "all-gather"]
        + ["all-gather in place", "all-gather of unequal blocks", "all-gather of unequal blocks in place"]
        + Array(repeating: "broadcast", count: ranks) + ["all-to-all", "all-to-all of unequal blocks"]
      let expected =
        ["Float", "Double", "Int32", "Int64", "UInt8"].flatMap { type in calls.map { "\($0) \(type) right" } }
        + ["Int32", "Int64", "UInt8"].map { "wrapping sum \($0) right" }
      #expect(result.output == expected)
      #expect(result.leftProcesses.isEmpty)
    }

    @Test(arguments: 1...5) func barriersPartsAndSharedWindows(ranks: Int) throws {
      let result = try Self.program.run(["communicators"], ranks: ranks)
      #expect(result.status == 0, "\(result.errors)")
      let window = ["is aligned", "has its size", "is zero", "is one memory"].map { "shared window \($0)" }
      let parts = ["split", "collectives of a part", "split leaves out", "split by shared memory"]
      #expect(result.output == (parts + window + window + window + ["barrier"]).map { "\($0) right" })
      #expect(result.leftProcesses.isEmpty)
    }

    /// With more ranks than cores and with enough, in libraries that yield by themselves and in others.
    @Test(arguments: ["collectives", "communicators"]) func ranksThatYieldDoTheSame(mode: String) throws {
      let result = try Self.program.run([mode, "yields"], ranks: 3)
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.allSatisfy { $0.hasSuffix(" right") }, "\(result.output)")
      #expect(result.output == (try Self.program.run([mode], ranks: 3).output))
    }

    @Test func withoutALauncherThereIsOneRank() throws {
      for mode in ["collectives", "communicators"] {
        let alone = try Self.program.run([mode])
        #expect(alone.status == 0, "\(alone.errors)")
        #expect(alone.output == (try Self.program.run([mode], ranks: 1).output))
      }
    }
  }
#endif
