import Launching
import Testing

/// A team that can't be made or that a worker leaves: one line, nobody left behind.
@Suite(.serialized) struct TeamFailureTests {
  static let program = BuiltProgram("TeamExercise")

  static func expectOneLine(_ line: String, _ arguments: [String], ranks: Int? = nil) throws {
    let result = try program.run(arguments, ranks: ranks, seconds: 20)
    #expect(result.errors.filter { $0.hasPrefix("TeamExercise: ") } == ["TeamExercise: \(line)"], "\(result.errors)")
    #expect(result.status == 1)
    #expect(result.output.isEmpty)
    #expect(result.time < .milliseconds(slack(5000)))
    #expect(result.leftProcesses.isEmpty)
  }

  @Test(arguments: 0..<3) func aThreadGivesUp(worker: Int) throws {
    try Self.expectOneLine("worker \(worker) gives up", ["throw", "\(worker)", "--threads", "3"])
  }

  @Test func numbersThatDoNotFit() throws {
    try Self.expectOneLine(
      "4 workers for 3 lanes, but each worker needs a lane", ["digest", "--lanes", "3", "--threads", "4"])
    try Self.expectOneLine("0 threads in a process, but it needs at least one", ["digest", "--threads", "0"])
  }

  #if MPI
    /// The first rank's first and last worker, others' first and last, on one node and on several.
    @Test(arguments: [0, 1, 7], [nil, 1, 3])
    func aWorkerOfARankGivesUp(worker: Int, ranksPerNode: Int?) throws {
      let nodes = ranksPerNode.map { ["--ranks-per-node", "\($0)"] } ?? []
      try Self.expectOneLine(
        "worker \(worker) gives up", ["throw", "\(worker)", "--threads", "2"] + nodes, ranks: 4)
    }

    @Test func ranksThatDoNotFit() throws {
      try Self.expectOneLine(
        "some ranks have 1 threads, others 3, but all need the same number", ["digest", "--unequal", "1"], ranks: 3)
      try Self.expectOneLine(
        "6 workers for 5 lanes, but each worker needs a lane", ["digest", "--lanes", "5", "--threads", "2"], ranks: 3)
      try Self.expectOneLine(
        "0 ranks on a node, but it needs at least one", ["digest", "--ranks-per-node", "0"], ranks: 2)
    }
  #endif
}
