import Foundation
import Launching
import Testing

/// One run directory has one job, and a run is never lost between its beginning and its first checkpoint.
@Suite(.serialized) struct OneJobTests {
  let runs: Runs

  init() throws { runs = try Runs() }

  private func shell(_ script: String) throws -> Finished {
    try BuiltProgram(path: "/usr/bin/env").run(
      ["bash", "-c", script, BuiltProgram("dist-train").path, runs.path("run")], seconds: 60)
  }

  @Test(arguments: ["--out", "--resume"]) func aSecondJobIsRefused(option: String) throws {
    defer { runs.remove() }
    let result = try shell(
      #""$0" --epochs 2000 --no-lr-find --quiet --checkpoint-every 50 --out "$1" & p=$!; "#
        + #"until ls "$1"/checkpoints/step-* > /dev/null 2>&1; do sleep 0.05; done; "#
        + #""$0" \#(option) "$1" --quiet; echo "second $?"; kill -TERM $p; wait $p; echo "first $?""#)
    #expect(result.output.contains("second 74") && result.output.contains("first 75"), "\(result.output)")
    #expect(
      result.errors.contains {
        $0.contains(#/another job works in the run directory \(process \d+ on .+, since \d+T\d+Z\)/#)
      },
      "\(result.errors)")
  }

  @Test func aRunWithoutACheckpointBegins() throws {
    defer { runs.remove() }
    let options = ["--seed", "7", "--epochs", "1", "--steps", "30", "--no-lr-find"]
    let whole = try runs.run(options + ["--out", runs.path("run")])
    for name in try FileManager.default.contentsOfDirectory(atPath: runs.path("run")) where name != "config.json" {
      try FileManager.default.removeItem(atPath: runs.path("run/\(name)"))
    }
    let again = try runs.run(["--resume", runs.path("run")])
    #expect(again.status == 0 && again.digest != nil && again.digest == whole.digest, "\(again.lines)")
  }

  @Test(arguments: ["HUP", "USR2", "XCPU", "ALRM", "VTALRM", "PROF"])
  func everySignalThatAsksLeavesACheckpoint(name: String) throws {
    defer { runs.remove() }
    let result = try shell(
      #""$0" --epochs 2000 --no-lr-find --quiet --out "$1" & p=$!; until [ -s "$1"/metrics.jsonl ]; do sleep 0.05; done; "#
        + "kill -\(name) $p; wait $p; echo \"end $?\"; ls \"$1\"/checkpoints")
    #expect(result.output.first == "end 75" && result.output.count >= 2, "\(result.output) \(result.errors)")
  }

  /// UCX, which MPICH brings, takes SIGHUP for itself before the program begins, unless told not to.
  @Test func anIgnoredSignalStaysIgnored() throws {
    defer { runs.remove() }
    let result = try shell(
      #"export UCX_DEBUG_SIGNO=0; nohup "$0" --epochs 2000 --no-lr-find --quiet --out "$1" & p=$!; until [ -s "$1"/metrics.jsonl ]; do sleep 0.05; done; "#
        + "kill -HUP $p; sleep 0.5; kill -0 $p && echo alive; kill -TERM $p; wait $p; echo \"end $?\"")
    #expect(result.output == ["alive", "end 75"], "\(result.output) \(result.errors)")
  }

  @Test(
    arguments: [
      "--version", "--help", "manual", "data", "--steps 3 --no-lr-find --out none", "generate --weights $1",
      "verify $1",
      "evaluate --weights $1",
    ]) func lostOutputIsTold(command: String) throws
  {
    defer { runs.remove() }
    if command.contains("$1") {
      #expect(try runs.run(["--steps", "3", "--no-lr-find", "--out", runs.path("run")]).status == 0)
    }
    let result = try shell("\"$0\" \(command) > /dev/full; echo \"end $?\"")
    #expect(result.output == ["end 74"])
    #expect(result.errors.count == 1 && result.errors[0].contains("standard output"), "\(result.errors)")
  }

  @Test func aDivergingRunIsNotStartedAgain() throws {
    defer { runs.remove() }
    let supervise = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Launch/supervise").path
    let result = try shell(
      "\(supervise) --backoff 0 \"$0\" --lr 1e12 --no-lr-find --epochs 1 --quiet --out \"$1\"; echo \"end $?\"")
    #expect(result.output == ["end 1"])
    #expect(result.errors.count == 1, "\(result.errors)")
  }

  @Test func aFileOfTheSizeAllowedIsToldOnOneLine() throws {
    defer { runs.remove() }
    let result = try shell("ulimit -f 8; \"$0\" --steps 9 --no-lr-find --quiet --out \"$1\"; echo \"end $?\"")
    #expect(result.output.last == "end 74", "\(result.output)")
    #expect(result.errors.count == 1, "\(result.errors)")
  }
}
