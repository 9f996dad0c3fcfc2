import Foundation
import Launching
import Testing

@testable import Fitting

/// What a run keeps, tells and goes on from when its numbers leave the range of Float.
@Suite(.serialized) struct SoundStateTests {
  let runs: Runs

  init() throws { runs = try Runs() }

  @Test func theLineNamesACommandThatGoesOn() throws {
    defer { runs.remove() }
    // A first epoch at a rate that is fine, then one at a rate that is not.
    let start = ["--epochs", "1", "--no-lr-find", "--checkpoint-every", "100", "--out", runs.path("run")]
    #expect(try runs.run(start).status == 0)
    let diverged = try runs.run(
      ["--resume", runs.path("run"), "--new-schedule", "--epochs", "3", "--lr", "1e12", "--checkpoint-every", "100"])
    #expect(diverged.status == 1)
    let line = try #require(diverged.lines.first)
    let match = try #require(line.firstMatch(of: #/--resume (\S+) --new-schedule --lr (\S+)$/#), "\(line)")
    #expect(FileManager.default.fileExists(atPath: String(match.1)))
    let more = try runs.run(["--resume", String(match.1), "--new-schedule", "--lr", "1e-3"])
    #expect(more.status == 0 && more.digest != nil, "\(more.lines)")
  }

  /// What a run carries may grow for a hundred steps before it isn't finite any more: a checkpoint of that time is
  /// kept, and is not the one to go on from.
  @Test func aStateThatGrowsIsPassedOver() throws {
    defer { runs.remove() }
    let diverged = try runs.run(["--epochs", "60", "--no-lr-find", "--out", runs.path("run")])
    #expect(diverged.status == 1, "\(diverged.lines)")
    let match = try #require(diverged.lines.first?.firstMatch(of: #/--resume (\S+) --new-schedule --lr (\S+)$/#))
    let newest = try #require(try runs.checkpoints("run").sorted().last)
    #expect(!newest.hasSuffix(String(match.1)) && newest != String(match.1))
    let more = try runs.run(["--resume", String(match.1), "--new-schedule", "--lr", String(match.2)])
    #expect(more.status == 0 && more.digest != nil, "\(more.lines)")
  }

  @Test(arguments: ["0.03", "0.3", "3"]) func noRunSucceedsWithANonFiniteState(rate: String) throws {
    defer { runs.remove() }
    let run = try runs.run(["--lr", rate, "--no-lr-find", "--epochs", "2", "--out", runs.path("run")])
    let metrics = try runs.metrics("run")
    #expect(run.status != 0 || !metrics.contains("null"), "\(run.lines)")
    #expect(run.status == 0 || run.lines.contains { $0.contains("not finite") }, "\(run.lines)")
    for file in try runs.checkpoints("run") {
      let python =
        #"import json, struct, sys, array, math; b = open(sys.argv[1], "rb").read(); n = struct.unpack("<Q", b[:8])[0]; "#
        + #"v = array.array("f"); v.frombytes(b[8 + n:]); sys.exit(0 if all(map(math.isfinite, v)) else 1)"#
      #expect(try BuiltProgram(path: "/usr/bin/env").run(["python3", "-c", python, file]).status == 0, "\(file)")
    }
  }

  @Test func skippingIsToldAndBounded() throws {
    defer { runs.remove() }
    let run = try runs.run(
      ["--lr", "1e12", "--no-lr-find", "--epochs", "3", "--on-non-finite", "skip", "--out", runs.path("run")])
    #expect(run.status == 1)
    #expect(run.lines.count == 1 && run.lines[0].contains("too many steps are left out (11 in a row"), "\(run.lines)")
    #expect(try String(contentsOfFile: runs.path("run/report.html"), encoding: .utf8).contains("steps were left out"))
  }

  @Test func theBoundsOfSkippedSteps() {
    var steps = SkippedSteps()
    for _ in 0..<10 { steps.skipStep() }
    #expect(steps.excess(stepsPerEpoch: 261) == nil)
    steps.skipStep()
    #expect(steps.excess(stepsPerEpoch: 261) != nil)
    steps.commit()
    #expect(steps.excess(stepsPerEpoch: 261) == nil)
    for _ in 0..<16 {
      steps.skipStep()
      steps.commit()
    }
    #expect(steps.excess(stepsPerEpoch: 261) != nil)
    steps.startEpoch()
    #expect(steps.excess(stepsPerEpoch: 261) == nil)
    steps.skipStep()
    #expect(steps.excess(stepsPerEpoch: 1) == nil)
  }

  @Test func automaticIsTheValleyAndIsKept() throws {
    defer { runs.remove() }
    let run = try runs.run(
      ["--lr", "auto", "--epochs", "1", "--no-plot", "--out", runs.path("run")], quiet: false, seconds: 120)
    #expect(run.status == 0, "\(run.lines)")
    let line = try #require(run.finished.output.first { $0.hasPrefix("lr-find: ") })
    let match = try #require(line.firstMatch(of: #/; valley ([0-9.e-]+),.*; the run takes valley$/#))
    let shown = try #require(Double(match.1))
    let file = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: runs.path("run/config.json"))))
    let kept = try #require((file as? [String: Any])?["lr"] as? Double)
    #expect(abs(kept - shown) < 0.01 * kept)
    let again = try runs.run(["--config", runs.path("run/config.json"), "--out", runs.path("again")])
    #expect(again.digest == run.digest)
    let short = try runs.run(["lr-find", "--num-it", "7", "--out", "none"], quiet: false)
    #expect(short.status == 0 && short.finished.output.contains { $0.contains("no suggestion, since 2 of 7 points") })
  }

  @Test func nonFiniteWeightsAreNotEvaluated() throws {
    defer { runs.remove() }
    #expect(try runs.run(["--steps", "5", "--epochs", "1", "--no-lr-find", "--out", runs.path("run")]).status == 0)
    let file = runs.path("run/model.safetensors")
    var bytes = try runs.bytes(file)
    bytes.replaceSubrange((bytes.count - 4)..., with: [0, 0, 0xC0, 0x7F])
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    let evaluated = try runs.run(["evaluate", "--weights", file], quiet: false)
    #expect(evaluated.status == 65)
    #expect(
      evaluated.lines.count == 1 && evaluated.lines[0].contains("weights that are not finite"), "\(evaluated.lines)")
  }

  @Test func aStatisticOfOneValueIsRefused() throws {
    defer { runs.remove() }
    for model in ["model0", "model3"] {
      let run = try runs.run(["--model", model, "--batch-size", "1", "--steps", "2", "--out", "none"])
      #expect(run.status == 64 && run.lines.count == 1 && run.lines[0].contains("one value"), "\(run.lines)")
    }
    #expect(try runs.run(["--batch-size", "2", "--steps", "2", "--out", "none"]).status == 0)
  }
}
