import Foundation
import Launching
import Testing

/// Every operation of teams of threads, ranks, pretended nodes and mixtures of them, as real processes: the exercise's
/// digest takes in all numbers that any worker sees.
@Suite(.serialized) struct TeamRunTests {
  static let program = BuiltProgram("TeamExercise")

  struct Mixture: Sendable {
    let lanes: Int
    var ranks: Int?
    var threads = 1
    var ranksPerNode: Int?

    var arguments: [String] {
      ["digest", "--lanes", "\(lanes)", "--threads", "\(threads)"]
        + (ranksPerNode.map { ["--ranks-per-node", "\($0)"] } ?? [])
    }
  }

  /// The line that a worker alone prints, which none of the team's transports has touched.
  static func digestAlone(lanes: Int) throws -> Substring {
    let result = try program.run(Mixture(lanes: lanes).arguments)
    let line = try #require(result.output.first)
    #expect(line.hasPrefix("workers 1 digest "))
    return line.dropFirst("workers 1 digest ".count)
  }

  static func expectDigestOfOne(_ mixture: Mixture) throws {
    let result = try program.run(mixture.arguments, ranks: mixture.ranks)
    let workers = (mixture.ranks ?? 1) * mixture.threads
    #expect(
      result.output == ["workers \(workers) digest \(try digestAlone(lanes: mixture.lanes))"], "\(result.errors)")
    #expect(result.status == 0)
    #expect(result.leftProcesses.isEmpty)
  }

  @Test(arguments: [5, 7, 16], [2, 3, 4, 5])
  func threadsOfOneProcess(lanes: Int, threads: Int) throws {
    try Self.expectDigestOfOne(Mixture(lanes: lanes, threads: threads))
  }

  /// More workers than cores, and on each core two programs that want it for themselves: the run comes to its end.
  @Test func threadsBesideBusyPrograms() throws {
    try Busy.onAllCores(2) { try Self.expectDigestOfOne(Mixture(lanes: 16, threads: 8)) }
  }

  @Test func digestsTellLanesApart() throws {
    let digests = try [5, 7, 16].map { try Self.digestAlone(lanes: $0) }
    #expect(Set(digests).count == 3)
  }

  #if MPI
    @Test(
      arguments: [
        // Ranks of one node, with threads and without.
        Mixture(lanes: 5, ranks: 1), Mixture(lanes: 5, ranks: 5), Mixture(lanes: 7, ranks: 3, threads: 2),
        Mixture(lanes: 16, ranks: 2, threads: 8), Mixture(lanes: 16, ranks: 16),
        // A node for each rank.
        Mixture(lanes: 5, ranks: 5, ranksPerNode: 1), Mixture(lanes: 7, ranks: 2, threads: 3, ranksPerNode: 1),
        Mixture(lanes: 16, ranks: 3, threads: 5, ranksPerNode: 1),
        // Nodes of several ranks, the last one smaller.
        Mixture(lanes: 5, ranks: 3, ranksPerNode: 2), Mixture(lanes: 7, ranks: 7, ranksPerNode: 3),
        Mixture(lanes: 16, ranks: 5, threads: 3, ranksPerNode: 2),
        Mixture(lanes: 16, ranks: 8, threads: 2, ranksPerNode: 3), Mixture(lanes: 16, ranks: 13, ranksPerNode: 4),
        Mixture(lanes: 33, ranks: 6, threads: 5, ranksPerNode: 4),
      ])
    func ranksThreadsAndNodes(mixture: Mixture) throws {
      try Self.expectDigestOfOne(mixture)
    }

    @Test(arguments: [
      Mixture(lanes: 16, ranks: 4), Mixture(lanes: 16, ranks: 2, threads: 8),
      Mixture(lanes: 7, ranks: 7, ranksPerNode: 3),
    ])
    func ranksBesideBusyPrograms(mixture: Mixture) throws {
      try Busy.onAllCores(2) { try Self.expectDigestOfOne(mixture) }
    }
  #endif
}

/// Other programs that use the cores.
private enum Busy {
  /// Runs `body` beside so many busy programs for each core.
  static func onAllCores(_ count: Int, _ body: () throws -> Void) throws {
    var programs: [Process] = []
    defer {
      // A gentler signal would be blocked, as it is in the thread that starts them.
      for program in programs { kill(program.processIdentifier, SIGKILL) }
      for program in programs { program.waitUntilExit() }
    }
    for _ in 0..<(count * ProcessInfo.processInfo.activeProcessorCount) {
      let program = Process()
      program.executableURL = URL(fileURLWithPath: "/bin/sh")
      program.arguments = ["-c", "while :; do :; done"]
      try program.run()
      programs.append(program)
    }
    try body()
  }
}
