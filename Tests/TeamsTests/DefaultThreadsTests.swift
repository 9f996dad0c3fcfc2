import Foundation
import Launching
import Testing

@testable import Teams
@testable import Memory

/// How many workers a process runs unless given.
@Suite(.serialized) struct DefaultThreadsTests {
  static let program = BuiltProgram("TeamExercise")

  @Test func coresAreDividedAndLanesAreTheLimit() {
    #expect(defaultThreads(cores: 8, ranksOnNode: 1, lanes: 16, ranks: 1) == 8)
    #expect(defaultThreads(cores: 8, ranksOnNode: 3, lanes: 16, ranks: 3) == 2)
    #expect(defaultThreads(cores: 2, ranksOnNode: 4, lanes: 16, ranks: 4) == 1)
    #expect(defaultThreads(cores: 64, ranksOnNode: 1, lanes: 16, ranks: 1) == 16)
    #expect(defaultThreads(cores: 64, ranksOnNode: 4, lanes: 16, ranks: 8) == 2)
  }

  @Test func eachRankTakesACoreThatNoOtherHas() {
    // Two cores for all; ranks bound to one of two, two on each; the second rank bound to what the first takes.
    #expect(ranksWithCores([[3], [3], [3], [3]]) == [true, true, false, false])
    #expect(ranksWithCores([[1], [1], [2], [2]]) == [true, false, true, false])
    #expect(ranksWithCores([[3], [1], [2]]) == [true, false, true])
    #expect(ranksWithCores([[0, 128], [0, 192], [0, 192]]) == [true, true, false])
    #expect(ranksWithCores([[0]]) == [false])
  }

  @Test func aProcessAloneTakesTheCoresItMayUse() throws {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    #expect(try Self.program.run(["threads"]).output == ["threads \(min(16, cores))"])
    #expect(try Self.program.run(["threads", "--lanes", "1"]).output == ["threads 1"])
  }

  @Test(.enabled(if: MPILauncher.isOnPath("taskset"), "taskset is not installed"))
  func aProcessBoundToACoreTakesOne() throws {
    #expect(try Self.program.run(["threads"], prefix: Self.firstCore).output == ["threads 1"])
  }

  #if MPI
    /// Keeps Open MPI from binding each rank to a core.
    static let unbound = ["OMPI_MCA_hwloc_base_binding_policy": "none"]

    @Test(arguments: [1, 2, 4]) func ranksOfANodeDivideItsCores(ranks: Int) throws {
      let cores = ProcessInfo.processInfo.activeProcessorCount
      let threads = max(1, min(cores / ranks, 16 / ranks))
      let result = try Self.program.run(["threads"], ranks: ranks, environment: Self.unbound)
      #expect(result.output == ["threads \(threads)"], "\(result.errors)")
    }

    @Test(.enabled(if: MPILauncher.isOnPath("taskset"), "taskset is not installed"), arguments: [1, 2])
    func ranksOnOneCoreHaveOneThread(ranks: Int) throws {
      let result = try Self.program.run(
        ["threads"], ranks: ranks, prefix: Self.firstCore, environment: Self.unbound)
      #expect(result.output == ["threads 1"], "\(result.errors)")
    }
  #endif

  /// The first core that the tests may use.
  private static var firstCore: [String] {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let list = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
    let core = list?.drop { !$0.isNumber }.prefix { $0.isNumber } ?? "0"
    return ["taskset", "-c", "\(core)"]
  }
}
