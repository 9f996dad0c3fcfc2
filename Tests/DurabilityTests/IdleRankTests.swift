#if MPI
  import Foundation
  import Launching
  import Testing

  private let cores = ProcessInfo.processInfo.activeProcessorCount

  /// More ranks than cores: as many as there are cores work, and the others rest, but are not forgotten.
  @Suite(.serialized, .enabled(if: cores <= 12, "more ranks than cores are more than lanes"))
  struct IdleRankTests {
    private static let ranks = cores + 2
    /// Keeps Open MPI from binding ranks to cores.
    private static let unbound = ["OMPI_MCA_hwloc_base_binding_policy": "none"]
    private static let isOpenMPI = MPILauncher.ofThisBuild == .openMPI
    private let runs: Runs

    init() throws { runs = try Runs() }

    private func run(_ arguments: [String], signals: String? = nil) throws -> Outcome {
      try runs.run(
        ranks: Self.ranks, arguments + ["--no-lr-find", "--out", runs.path("run")], signals: signals,
        environment: Self.unbound)
    }

    private func endless(_ signals: String) throws -> Outcome {
      try run(["--epochs", "2000", "--stall-seconds", "2"], signals: signals)
    }

    @Test func asManyRanksWorkAsThereAreCores() throws {
      defer { runs.remove() }
      for (threads, workers) in [([], cores), (["--threads", "1"], Self.ranks)] as [([String], Int)] {
        let result = try BuiltProgram("dist-train").run(
          ["bench", "step", "--steps", "5", "--json"] + threads, ranks: Self.ranks, environment: Self.unbound)
        let line = result.output.last { $0.hasPrefix("{") } ?? ""
        #expect(line.contains(#""workers":\#(workers),"ranks":\#(Self.ranks),"threads":1,"#), "\(line)")
      }
      let short = ["--epochs", "1", "--steps", "30"]
      let digest = try run(short).digest
      #expect(digest != nil)
      #expect(try runs.run(short + ["--no-lr-find", "--threads", "1", "--out", "none"]).digest == digest)
    }

    @Test(.enabled(if: MPILauncher.isOnPath("taskset"), "taskset is not installed")) func ofAllOnOneCoreOneWorks()
      throws
    {
      let result = try BuiltProgram("dist-train").run(
        ["bench", "step", "--steps", "5", "--json"], ranks: 3, prefix: ["taskset", "-c", "0"], environment: Self.unbound
      )
      #expect(result.output.contains { $0.contains(#""workers":1,"ranks":3,"threads":1,"#) }, "\(result.errors)")
      #expect(result.status == 0)
      #expect(result.leftProcesses.isEmpty)
    }

    /// As of a rank that works: see `FaultTests`.
    @Test func aKilledRankIsNamed() throws {
      defer { runs.remove() }
      let result = try endless("KILL:\(Self.ranks - 1)")
      #expect([Self.isOpenMPI ? 137 : 9, 75].contains(result.status))
      let tellsItself = !Self.isOpenMPI && result.finished.output.contains { $0.contains("Killed (signal 9)") }
      #expect(result.lines.count == 1 || (result.lines.isEmpty && tellsItself), "\(result.finished.errors)")
      #expect(result.lines.allSatisfy { $0.contains("a rank is lost: rank \(Self.ranks - 1), idle") })
      #expect(result.finished.leftProcesses.isEmpty)
    }

    @Test func aStoppedRankIsNamed() throws {
      defer { runs.remove() }
      let result = try endless("STOP:\(cores)")
      #expect(result.status == 75 || (!Self.isOpenMPI && result.status == 9))
      #expect(result.lines.count == 1, "\(result.lines)")
      #expect(result.lines.first?.contains("a rank is stuck: rank \(cores), idle, for 2.0 s") ?? false)
      #expect(try #require(result.untilGone) < slack(4000))
      #expect(result.finished.leftProcesses.isEmpty)
    }

    @Test(arguments: ["KILL:0", "STOP:0"]) func aRankThatWorksIsNamedOnce(signal: String) throws {
      defer { runs.remove() }
      let result = try endless(signal)
      #expect([Self.isOpenMPI ? 137 : 9, 75].contains(result.status))
      // MPICH's launcher may kill them all before anybody has spoken.
      #expect(result.lines.count == 1 || (!Self.isOpenMPI && result.lines.isEmpty), "\(result.finished.errors)")
      #expect(result.lines.allSatisfy { $0.contains(#/: rank 0\b/#) }, "\(result.lines)")
      #expect(result.finished.leftProcesses.isEmpty)
    }

    @Test func whoIsLateWithinTheLimitIsWaitedFor() throws {
      defer { runs.remove() }
      let result = try endless("STOP:\(cores),CONT:\(cores),USR1:0")
      #expect(result.status == 75)
      #expect(result.lines.count == 1 && result.lines[0].contains("stopped as asked"), "\(result.lines)")
    }

    @Test func aSignalToAnIdleRankStopsAll() throws {
      defer { runs.remove() }
      let result = try endless("TERM:\(cores)")
      #expect(result.status == 75)
      #expect(result.lines.count == 1 && result.lines[0].contains("stopped as asked"), "\(result.lines)")
      #expect(try runs.checkpoints("run").isEmpty == false)
      #expect(result.finished.leftProcesses.isEmpty)
    }
  }
#endif
