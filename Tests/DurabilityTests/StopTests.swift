import Foundation
import Launching
import Testing

@Suite(.serialized) struct StopTests {
  let runs: Runs
  static let endless = ["--epochs", "2000", "--no-lr-find"]

  init() throws { runs = try Runs() }

  /// Open MPI's mpirun exits with 1 when it is itself asked to end, whatever its ranks say; MPICH's often with 0 when a
  /// signal has gone through it.
  @Test(
    arguments: [
      ("USR1:0", 75), ("USR1:2", 75), ("TERM:1", 75), ("INT:2", 75), ("USR1:launcher", 75),
      ("TERM:launcher", MPILauncher.ofThisBuild == .openMPI ? 1 : 75),
    ] as [(String, Int32)])
  func aSignalLeavesACheckpoint(signal: String, status: Int32) throws {
    defer { runs.remove() }
    let result = try runs.run(
      ranks: 3, Self.endless + ["--threads", "1", "--out", runs.path("run")], signals: signal)
    let mayBeLost = MPILauncher.ofThisBuild == .mpich && signal.hasSuffix(":launcher")
    #expect(result.status == status || (mayBeLost && result.status == 0))
    #expect(result.lines.count == 1 && result.lines[0].contains("stopped as asked"), "\(result.lines)")
    // Open MPI's takes one of them to pass SIGTERM on.
    #expect(try #require(result.untilGone) < slack(2000))
    #expect(result.finished.leftProcesses.isEmpty)
    try continues()
  }

  @Test func alonePerTimeLimit() throws {
    defer { runs.remove() }
    let result = try runs.run(Self.endless + ["--max-seconds", "0.3", "--out", runs.path("run")])
    #expect(result.status == 75)
    #expect(result.lines.count == 1, "\(result.lines)")
    try continues()
  }

  @Test func aSecondSignalEndsAtOnce() throws {
    defer { runs.remove() }
    // Rank 0 waits for rank 1, which is stopped, and so never comes to the end of its step.
    let result = try runs.run(
      ranks: 2, Self.endless + ["--threads", "1", "--out", runs.path("run")], signals: "STOP:1,TERM:0,TERM:0")
    #expect(result.status == 75)
    #expect(try #require(result.untilGone) < slack(3000))
  }

  /// The checkpoint's next step is the one after the last in the metrics, to the bit of an undisturbed run.
  private func continues() throws {
    let before = try runs.metrics("run").split(separator: "\n")
    let step = before.count { $0.contains(#""kind":"step""#) }
    let more = try runs.run(["--resume", runs.path("run"), "--steps", "\(step + 40)"])
    #expect(more.status == 0, "\(more.lines)")
    let whole = try runs.run(Self.endless + ["--steps", "\(step + 40)", "--out", runs.path("whole")])
    #expect(whole.digest != nil && more.digest == whole.digest)
    #expect(try runs.metrics("run") == runs.metrics("whole"))
  }
}
