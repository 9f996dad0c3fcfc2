import Foundation
import Memory
import Testing

@testable import Teams

/// What the watchdogs find by a clock that the tests set: each look stands for ten seconds, of a limit of sixty.
@Suite struct WatchdogTests {
  private static let limit = 60.0
  private static let interval = 10.0

  // MARK: Workers that come to barriers

  /// A node's memory with workers of this process, and the arrivals at its barrier.
  private struct Node {
    let memory: ProcessMemory

    /// - sizes: workers of each node; all of this one are of rank `rank`.
    init(_ sizes: [Int], node: Int = 0, rank: Int = 0) throws {
      let count = sizes.reduce(0, +)
      let layout = TeamLayout(Lanes(batchSize: count, count: count), nodeSizes: sizes)
      let failure = WorkerFailure { error in fatalError("\(error)") }
      let first = sizes[..<node].reduce(0, +)
      memory = try ProcessMemory(
        layout, node: node, firstWorker: first, hasCores: false, failure: failure, windows: NodeWindows())
      memory.enter(threads: sizes[node], rank: rank)
    }

    /// As if the workers had come to the barrier so often.
    func arrive(_ counts: [UInt64]) {
      let spacing = SharedBarrier.wordCount(workers: 1) - SharedBarrier.wordCount(workers: 0)
      for (worker, count) in counts.enumerated() { memory.barrierWords[(worker + 1) * spacing] = count }
    }

    func record(_ worker: Int, step: Int, _ operation: TeamOperation, awaitsNodes: Bool = false) {
      memory.progress.record(worker, step: step)
      memory.progress.record(
        worker, operation: operation.rawValue | (awaitsNodes ? TeamOperation.otherNodes : 0))
    }
  }

  /// The line that a detector comes to, and after how many looks.
  private func firstFinding(_ detector: inout StallDetector, within looks: Int) -> (looks: Int, line: String)? {
    for number in 1...looks {
      if let finding = detector.look(Self.interval) { return (number, finding.description) }
    }
    return nil
  }

  @Test func aWorkerThatOthersWaitFor() throws {
    let node = try Node([3], rank: 4)
    node.arrive([5, 5, 4])
    for worker in 0..<2 { node.record(worker, step: 7, .reduceScatter) }
    node.record(2, step: 6, .sums)
    var detector = StallDetector(node.memory, limit: Self.limit)
    // The first look finds it late; then sixty seconds pass, and more than those.
    let finding = try #require(firstFinding(&detector, within: 20))
    #expect(finding.looks == 8)
    #expect(
      finding.line
        == "a rank is stuck: rank 4 (worker 2), step 6, missing from the gradient's reduce-scatter for 70.0 s; "
        + "run again with --resume")
  }

  @Test func slowIsNotStuck() throws {
    let node = try Node([2])
    var detector = StallDetector(node.memory, limit: Self.limit)
    for round in UInt64(0)..<20 {
      node.arrive([round + 1, round])
      #expect(firstFinding(&detector, within: 6) == nil)
    }
    // Nobody waits while all compute.
    node.arrive([30, 30])
    #expect(firstFinding(&detector, within: 100) == nil)
  }

  /// A node whose workers only wait for other nodes leaves it to those that can name somebody.
  @Test func aNodeThatWaitsForOthers() throws {
    let node = try Node([2, 3], node: 1)
    node.arrive([8, 8, 8])
    node.record(0, step: 3, .sums, awaitsNodes: true)
    for worker in 1..<3 { node.record(worker, step: 3, .sums) }
    var detector = StallDetector(node.memory, limit: Self.limit)
    node.arrive([9, 9, 9])
    let finding = try #require(firstFinding(&detector, within: 20))
    #expect(
      finding.line == "node 1 waits for others: step 3, in an exchange of sums for 60.0 s; run again with --resume")
    #expect(finding.looks == 8)
  }

  @Test func aWorkerThatGivesUpReportsItself() throws {
    let node = try Node([2])
    node.arrive([2, 1])
    node.memory.barrier(thread: 0).abandon()
    var detector = StallDetector(node.memory, limit: Self.limit)
    #expect(firstFinding(&detector, within: 20) == nil)
  }

  /// A process that has been seen and is no more, at the next look; one that never was seen may be on another system.
  @Test func aProcessThatIsGone() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sleep")
    process.arguments = ["100"]
    try process.run()
    let node = try Node([2], rank: 1)
    node.memory.progress.enter(1, process: process.processIdentifier, rank: 9)
    var detector = StallDetector(node.memory, limit: Self.limit)
    #expect(detector.look(0.1) == nil)
    process.terminate()
    process.waitUntilExit()
    let line = detector.look(0.1)?.description
    #expect(line == "a rank is lost: rank 9, step 0, last seen in the start; run again with --resume")
    var stranger = StallDetector(node.memory, limit: Self.limit)
    #expect(stranger.look(0.1) == nil)
  }

  // MARK: Idle ranks

  /// A table of ranks with a process each, and the memory behind it.
  private static func table(_ ranks: Int) -> (progress: SharedProgress, arena: Arena) {
    let words = SharedProgress.wordCount(workers: ranks)
    let arena = Arena(byteCount: Arena.byteCount(words, of: UInt64.self))
    let progress = SharedProgress(arena.take(words), workers: ranks)
    for rank in 0..<ranks { progress.enter(rank, process: processNumber, rank: rank) }
    return (progress, arena)
  }

  @Test func idleRanksThatLookAreLeftAlone() {
    let (table, arena) = Self.table(3)
    var monitors = (0..<3).map { IdleRankMonitor(table, ranks: 3, own: $0, works: $0 == 0, limit: Self.limit) }
    for _ in 0..<50 {
      for rank in monitors.indices { #expect(monitors[rank].look(Self.interval, isAskedToStop: false) == nil) }
    }
    withExtendedLifetime(arena) {}
  }

  @Test func anIdleRankThatLooksNoMore() throws {
    let (table, arena) = Self.table(3)
    var monitors = (0..<3).map { IdleRankMonitor(table, ranks: 3, own: $0, works: $0 == 0, limit: Self.limit) }
    var found: [Int: Int] = [:]
    // Rank 2 stands still. Those that work report it first, idle ones two seconds later.
    for look in 1...10 {
      for rank in 0..<2 where found[rank] == nil {
        guard let finding = monitors[rank].look(Self.interval, isAskedToStop: false) else { continue }
        found[rank] = look
        #expect(finding.description == "a rank is stuck: rank 2, idle, for 60.0 s; run again with --resume")
      }
    }
    #expect(found == [0: 7, 1: 7])
    // By a finer clock.
    var fine = (0..<2).map { IdleRankMonitor(table, ranks: 3, own: $0, works: $0 == 0, limit: Self.limit) }
    var times: [Int: Int] = [:]
    for tenth in 1...700 {
      for rank in 0..<2 where times[rank] == nil {
        if fine[rank].look(0.1, isAskedToStop: false) != nil { times[rank] = tenth }
      }
    }
    let first = try #require(times[0])
    let second = try #require(times[1])
    #expect((600...602).contains(first) && (18...22).contains(second - first), "\(times)")
    withExtendedLifetime(arena) {}
  }

  @Test func anIdleRankPassesOnThatItIsToStop() {
    let (table, arena) = Self.table(2)
    var working = IdleRankMonitor(table, ranks: 2, own: 0, works: true, limit: Self.limit)
    var idle = IdleRankMonitor(table, ranks: 2, own: 1, works: false, limit: Self.limit)
    #expect(working.look(0.1, isAskedToStop: false) == nil && !working.isAskedToStop)
    #expect(idle.look(0.1, isAskedToStop: true) == nil)
    #expect(working.isAskedToStop)
    withExtendedLifetime(arena) {}
  }
}
