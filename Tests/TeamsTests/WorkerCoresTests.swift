import Launching
import Testing

@testable import Teams

/// Where the workers of a team run.
@Suite(.serialized) struct WorkerCoresTests {
  static let program = BuiltProgram("TeamExercise")
  static let cores = coreNumbers(coreSet())
  /// What a worker tells that the system may put on any core.
  static let any = cores.map(String.init).joined(separator: ",")
  static let hasSeveral = (2...8).contains(cores.count)

  /// The line of so many workers that take turns on all cores.
  static func turns(_ workers: Int) -> String {
    (["workers"] + (0..<workers).map { "\(cores[$0 % cores.count])" }).joined(separator: " ")
  }

  @Test(.enabled(if: hasSeveral, "one core or very many"))
  func threadsTakeTurnsOnFewerCores() throws {
    let workers = 2 * Self.cores.count - 1
    let result = try Self.program.run(["cores", "--threads", "\(workers)"])
    #expect(result.output == [Self.turns(workers)], "\(result.errors)")
  }

  @Test func threadsWithACoreEachGoWhereTheSystemPutsThem() throws {
    let result = try Self.program.run(["cores", "--threads", "1"])
    #expect(result.output == ["workers \(Self.any)"], "\(result.errors)")
  }

  #if MPI
    @Test(.enabled(if: hasSeveral, "one core or very many"), arguments: [1, 2])
    func ranksTakeTurnsOnFewerCores(threads: Int) throws {
      let ranks = Self.cores.count + 1
      let result = try Self.program.run(
        ["cores", "--threads", "\(threads)", "--lanes", "32"], ranks: ranks, environment: DefaultThreadsTests.unbound)
      #expect(result.output == [Self.turns(ranks * threads)], "\(result.errors)")
    }

    /// Their workers wait for those of other nodes too, which nobody can look up.
    @Test(.enabled(if: hasSeveral, "one core or very many"))
    func pretendedNodesGoWhereTheSystemPutsThem() throws {
      let ranks = Self.cores.count + 1
      let result = try Self.program.run(
        ["cores", "--ranks-per-node", "1"], ranks: ranks, environment: DefaultThreadsTests.unbound)
      let line = (["workers"] + (0..<ranks).map { _ in Self.any }).joined(separator: " ")
      #expect(result.output == [line], "\(result.errors)")
    }
  #endif
}
