import Foundation
import Launching
import Testing

/// Faults one by one: each ends in its exit code and one line, soon, and leaves the checkpoints as they were.
@Suite(.serialized) struct FaultTests {
  let runs: Runs

  init() throws { runs = try Runs() }

  private var endless: [String] {
    ["--epochs", "2000", "--no-lr-find", "--threads", "1", "--stall-seconds", "2", "--out", runs.path("run")]
  }

  private static let isOpenMPI = MPILauncher.ofThisBuild == .openMPI

  /// A killed rank is the launcher's to see, and its exit code the launcher's: 137 from Open MPI's, 9 from MPICH's.
  /// What the ranks add is the line, if they are given the time: MPICH's launcher kills them at once and tells of the
  /// signal itself, on its output.
  @Test(arguments: [("KILL:0", "rank 0"), ("KILL:2", "rank 2")])
  func aKilledRankIsNamed(signal: String, name: String) throws {
    defer { runs.remove() }
    let result = try runs.run(ranks: 3, endless + ["--checkpoint-every", "20"], signals: signal)
    #expect([Self.isOpenMPI ? 137 : 9, 75].contains(result.status))
    let tellsItself = !Self.isOpenMPI && result.finished.output.contains { $0.contains("Killed (signal 9)") }
    #expect(result.lines.count == 1 || (result.lines.isEmpty && tellsItself), "\(result.finished.errors)")
    #expect(result.lines.allSatisfy { $0.contains(name) && $0.contains("missing from") }, "\(result.lines)")
    #expect(try #require(result.untilGone) < slack(2000))
    #expect(result.finished.leftProcesses.isEmpty)
    #expect(try runs.run(["verify", runs.path("run")], quiet: false).status == 0)
  }

  @Test(arguments: [
    ("STOP:0", "rank 0", []), ("STOP:2", "rank 2", []), ("STOP:3", "rank 3", ["--ranks-per-node", "2"]),
  ])
  func aStoppedRankIsNamed(signal: String, name: String, more: [String]) throws {
    defer { runs.remove() }
    let result = try runs.run(ranks: 4, endless + more, signals: signal)
    // MPICH's launcher kills the stopped rank in the end, and exits with that.
    #expect(result.status == 75 || (!Self.isOpenMPI && result.status == 9))
    #expect(result.lines.count == 1 && result.lines[0].contains("\(name), step "), "\(result.lines)")
    #expect(result.lines.first?.contains("missing from") ?? false)
    #expect(try #require(result.untilGone) < slack(4000))
    #expect(result.finished.leftProcesses.isEmpty)
  }

  @Test func whoIsLateWithinTheLimitIsWaitedFor() throws {
    defer { runs.remove() }
    let result = try runs.run(
      ranks: 3, endless, signals: "STOP:1,CONT:1,STOP:2,CONT:2,USR1:0")
    #expect(result.status == 75)
    #expect(result.lines.count == 1 && result.lines[0].contains("stopped as asked"), "\(result.lines)")
  }

  @Test(
    arguments: ["before", "while", "after"], [["--threads", "1"], ["--threads", "2"], ["--ranks-per-node", "1"]])
  func aWorkerThatThrowsEndsAll(place: String, options: [String]) throws {
    defer { runs.remove() }
    let result = try runs.run(
      ranks: 3, ["--out", runs.path("run")] + options, environment: ["DIST_TRAIN_FAULT": "\(place)@2:600"], seconds: 60
    )
    #expect(result.status == 1)
    #expect(result.lines.count == 1 && result.lines[0].contains("a fault was asked for"), "\(result.lines)")
    #expect(result.finished.leftProcesses.isEmpty)
    #expect(try runs.run(["verify", runs.path("run")], quiet: false).status == 0)
  }

  @Test(.enabled(if: FaultTests.canMount), arguments: [0, 3])
  func aFullDiskEndsTheRun(ranks: Int) throws {
    defer { runs.remove() }
    let small = runs.path("small")
    try Self.mount(small, options: "size=500k")
    defer { Self.unmount(small) }
    let result = try runs.run(ranks: ranks, ["--epochs", "40", "--out", "\(small)/run"])
    #expect(result.status == 74)
    #expect(result.lines.count == 1 && result.lines[0].contains("no space left"), "\(result.lines)")
    #expect(result.finished.leftProcesses.isEmpty)
    #expect(try runs.checkpoints("small/run").count >= 2)
    #expect(try runs.run(["verify", "\(small)/run"], quiet: false).status == 0)
  }

  @Test(.enabled(if: FaultTests.canMount), arguments: [0, 3])
  func aDirectoryThatCantBeWrittenIsTold(ranks: Int) throws {
    defer { runs.remove() }
    let disk = runs.path("disk")
    try Self.mount(disk, options: "size=5m")
    defer { Self.unmount(disk) }
    #expect(try runs.run(["--epochs", "1", "--steps", "50", "--out", "\(disk)/run"]).status == 0)
    let before = try runs.checkpoints("disk/run").map { try runs.bytes($0) }
    try Self.mount(disk, options: "remount,ro")
    let result = try runs.run(ranks: ranks, ["--resume", "\(disk)/run", "--steps", "90"])
    #expect(result.status == 74)
    #expect(result.lines.count == 1 && result.lines[0].contains("read-only"), "\(result.lines)")
    #expect(try runs.checkpoints("disk/run").map { try runs.bytes($0) } == before)
    #expect(try runs.run(["--resume", "\(disk)/run", "--steps", "90", "--out", "none"]).status == 0)
  }

  // MARK: Small disks

  private static let canMount: Bool = {
    guard let place = try? TemporaryDirectory() else { return false }
    defer { place.remove() }
    guard (try? mount(place.path, options: "size=100k")) != nil else { return false }
    unmount(place.path)
    return true
  }()

  private static func mount(_ path: String, options: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard try command(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path]) == 0 else {
      throw CocoaError(.fileWriteNoPermission)
    }
  }

  private static func unmount(_ path: String) { _ = try? command(["umount", path]) }

  private static func command(_ words: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
