import Foundation
import Launching
import Testing

/// Sweeps that are killed and stopped go on, and end as undisturbed ones.
@Suite(.serialized) struct SweepKillTests {
  let runs: Runs

  init() throws { runs = try Runs() }

  private func file(_ text: String) throws -> String {
    try FileManager.default.createDirectory(atPath: runs.path(""), withIntermediateDirectories: true)
    let path = runs.path("sweep.yaml")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  #if MPI && !MPICH
    /// `DIST_TRAIN_KILLS` asks for more kills, and as many more runs, `DIST_TRAIN_SEED` for others.
    @Test func killedSweepsEndAsUndisturbedOnes() throws {
      defer { runs.remove() }
      let environment = ProcessInfo.processInfo.environment
      let kills = environment["DIST_TRAIN_KILLS"].flatMap { Int($0) }.map { max(2, $0 / 20) } ?? 2
      let result = try BuiltProgram(path: Runs.script("sweep-campaign")).run(
        [
          "--seed", environment["DIST_TRAIN_SEED"] ?? "1", "--runs", "\(12 * kills)", "--kills", "\(kills)", "--alone",
          "8", BuiltProgram("dist-train").path,
        ], seconds: 240 * kills)
      #expect(result.status == 0, "\(result.errors) \(result.output)")
      let line = try #require(result.output.last)
      #expect(line.hasSuffix(" 0 done again, 8 compared, 0 differ"), "\(line)")
    }

    @Test func aKilledRankIsToldInOneLine() throws {
      defer { runs.remove() }
      let file = try file("epochs: 2000\nlr-find: false\nhidden: 16\nseeds: 4\n")
      let command =
        "mpirun.openmpi -np 3 \"$0\" sweep \"$1\" --threads 1 --out \"$2\" & "
        + "until [ \"$(ls \"$2\"/runs/*/metrics.jsonl 2>/dev/null | wc -l)\" -ge 3 ]; do sleep 0.05; done; "
        + "kill -9 $(pgrep -n -f \"dist-train sweep .*--out $2\"); wait $!"
      let result = try BuiltProgram(path: "/bin/bash").run(
        ["-c", command, BuiltProgram("dist-train").path, file, runs.path("sweep")],
        environment: [
          "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
          "OMPI_MCA_rmaps_base_oversubscribe": "1",
        ], seconds: 60)
      let lines = result.errors.filter { $0.hasPrefix("dist-train: ") }
      #expect(lines.count == 1, "\(result.errors)")
      #expect(
        lines.allSatisfy { $0.contains("a rank is lost: rank ") && $0.hasSuffix("; run the same command again") },
        "\(lines)")
      #expect(result.leftProcesses.isEmpty)
    }
  #endif

  /// A stop is one line, each run that has begun has kept a checkpoint, and the same command ends as if undisturbed.
  @Test func aStoppedSweepGoesOn() throws {
    defer { runs.remove() }
    // Long enough for the fastest core to be at it when the time is up.
    let file = try file("epochs: 80\nlr-find: false\nhidden: 16\nseeds: 4\n")
    let options = ["sweep", file, "--threads", "2"]
    let whole = try #require(try runs.run(options + ["--out", runs.path("whole")]).digest)
    let stopped = try runs.run(options + ["--out", runs.path("sweep"), "--max-seconds", "0.3"])
    #expect(stopped.status == 75 && stopped.lines.count == 1, "\(stopped.finished.errors)")
    #expect(
      stopped.lines.allSatisfy {
        $0.contains(#/^dist-train: stopped as asked: [0-3] of 4 runs done; run the same command again$/#)
      }, "\(stopped.lines)")
    let begun = try FileManager.default.contentsOfDirectory(atPath: runs.path("sweep/runs"))
    #expect(!begun.isEmpty)
    for name in begun { #expect(try !runs.checkpoints("sweep/runs/\(name)").isEmpty, "\(name)") }
    let digest = try runs.run(options + ["--out", runs.path("sweep")]).digest
    #expect(digest == whole)
  }

  /// A checkpoint that is damaged, and a run that has left weights but none: they begin once more.
  @Test func whatCannotGoOnBeginsOnceMore() throws {
    defer { runs.remove() }
    let file = try file("epochs: 2\nlr-find: false\nhidden: 16\nseeds: 2\n")
    let options = ["sweep", file, "--threads", "1", "--out", runs.path("sweep")]
    let digest = try #require(try runs.run(options).digest)
    for seed in [42, 43] {
      let run = runs.path("sweep/runs/seed=\(seed)")
      try FileManager.default.removeItem(atPath: "\(run)/outcome.json")
      for path in try runs.checkpoints("sweep/runs/seed=\(seed)") {
        if seed == 42 {
          try FileManager.default.removeItem(atPath: path)
        } else {
          try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
        }
      }
    }
    let again = try runs.run(options)
    #expect(again.digest == digest && again.status == 0, "\(again.finished.errors)")
    #expect(again.lines.contains { $0.contains("it begins once more") }, "\(again.lines)")
  }
}
