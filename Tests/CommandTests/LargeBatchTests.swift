import Foundation
import Launching
import Testing

@testable import Files
@testable import Kernels
@testable import Optimization
@testable import Reports
@testable import Teams
@testable import Tokenization
import Training

/// More streams a step, by more workers or by more batches, as the command line has it.
@Suite(.serialized) struct LargeBatchTests {
  private static let short = ["--epochs", "1", "--no-lr-find"]

  private func digest(_ arguments: [String], ranks: Int = 0) throws -> String {
    let result = try Launcher.run(ranks: ranks, Self.short + arguments + ["--quiet", "--out", "none"])
    #expect(result.status == 0, "\(result.errors)")
    return try #require(result.digest)
  }

  @Test func theRateIsScaledByItsRule() {
    #expect(LearningRateScaling.linear(1e-3, batchSize: 256, base: 64) == 4e-3)
    #expect(LearningRateScaling.sqrt(1e-3, batchSize: 256, base: 64) == 2e-3)
    #expect(LearningRateScaling.none(1e-3, batchSize: 256, base: 64) == 1e-3)
  }

  @Test func accumulatedStepsHaveTheSameBitsOnAnyWorkers() throws {
    // 261 batches are 53 steps, the last of one batch.
    let options = ["--accumulate", "5", "--clip", "0.5"]
    let alone = try digest(options + ["--threads", "1"])
    #expect(try digest(options + ["--threads", "5"]) == alone)
    #if MPI
      for ranks in [2, 3, 7] {
        #expect(try digest(options + ["--threads", "1"], ranks: ranks) == alone, "\(ranks) ranks")
      }
      #expect(try digest(options + ["--threads", "2", "--ranks-per-node", "2"], ranks: 3) == alone)
    #endif
  }

  @Test func streamsOfEachWorkerMakeTheBatchSize() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let given = try digest(["--batch-size", "96", "--lr", "0.0015", "--threads", "1"])
    let options = ["--batch-size-per-worker", "32", "--scale-lr", "linear"]
    let run = try Launcher.run(
      Self.short + options + ["--threads", "3", "--accumulate", "2", "--out", folder.path + "/run"])
    #expect(
      run.output.hasPrefix(
        "effective batch 192 = 3 workers × 32 streams × 2 batches; lr 0.003 (linear from 64 to 192)\n"), "\(run.output)"
    )
    #expect(try digest(options + ["--threads", "3"]) == given)
    let json = try JSONValue(
      parsing: Array(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/run/config.json"))))
    #expect(json["batch-size"] == .integer(96) && json["accumulate"] == .integer(2) && json["lr"] == .number(0.003))
    #expect(json["environment"]?["batch-size-per-worker"] == .integer(32))
    #expect(json["environment"]?["scale-lr"] == .string("linear"))
  }

  #if MPI
    @Test func eachWorkerGetsALane() throws {
      let many = ["--batch-size-per-worker", "4", "--steps", "5"]
      #expect(
        try digest(many + ["--threads", "10"], ranks: 2)
          == digest(["--batch-size", "80", "--lanes", "20", "--steps", "5", "--threads", "3"]))
    }
  #endif

  @Test func aRunThatGoesOnKeepsItsBatch() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let start = Self.short + ["--batch-size-per-worker", "24", "--scale-lr", "sqrt", "--accumulate", "3"]
    let whole = try Launcher.run(start + ["--threads", "4", "--quiet", "--out", folder.path + "/whole"])
    #expect(
      try Launcher.run(start + ["--threads", "4", "--steps", "20", "--quiet", "--out", folder.path + "/run"]).status
        == 0)
    // The very options of the start on other workers; the same batch by other numbers; none of them.
    let resume = ["--resume", folder.path + "/run", "--quiet"]
    #expect(try Launcher.run(start + resume + ["--threads", "3", "--steps", "25"]).status == 0)
    #expect(
      try Launcher.run(resume + ["--batch-size-per-worker", "48", "--threads", "2", "--steps", "30"]).status == 0)
    let end = try Launcher.run(resume + ["--threads", "1", "--steps", "100"])
    #expect(end.digest != nil && end.digest == whole.digest, "\(end.errors)")

    for (options, option) in [
      (["--batch-size-per-worker", "32", "--threads", "2"], "--batch-size-per-worker"),
      (["--accumulate", "2"], "--accumulate"), (["--scale-lr", "linear"], "--scale-lr"), (["--lr", "0.001"], "--lr"),
      (["--batch-size", "64"], "--batch-size"),
    ] {
      let result = try Launcher.run(resume + options)
      #expect(result.status == 64)
      #expect(result.ownErrors.count == 1 && result.errors.contains("\(option); "), "\(result.errors)")
    }
  }

  @Test(arguments: [
    (["--accumulate", "0"], "--accumulate"), (["--batch-size-per-worker", "-1"], "--batch-size-per-worker"),
    (["--batch-size", "64", "--batch-size-per-worker", "32"], "--batch-size, --batch-size-per-worker"),
    (["--base-batch-size", "32"], "--base-batch-size"), (["--lr", "auto", "--scale-lr", "sqrt"], "--scale-lr"),
    (["--batch-size-per-worker", "2", "--threads", "2", "--lanes", "8"], "--batch-size-per-worker"),
  ])
  func wrongUsage(arguments: [String], place: String) throws {
    for ranks in aloneAndRanks where ranks == nil || !arguments.contains("--threads") {
      try expectOneLine(
        arguments + ["--quiet", "--out", "none"], status: 64, saying: place, ranks: ranks)
    }
  }
}
