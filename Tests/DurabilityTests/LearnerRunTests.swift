import Foundation
import Launching
import Testing

/// A program with the library whose fit is kept in a directory (`Tests/LearnerExercise`) and the command line leave the
/// same, and go on with each other's runs.
@Suite(.serialized) struct LearnerRunTests {
  let runs: Runs
  private let program = BuiltProgram("LearnerExercise")

  init() throws { runs = try Runs() }

  /// The same run by the command line; its digest.
  private func whole() throws -> String {
    let options = ["--hidden", "256", "--epochs", "6", "--lr", "1e-3", "--checkpoint-every", "50", "--no-lr-find"]
    return try #require(try runs.run(options + ["--out", runs.path("whole")]).digest)
  }

  private func run(_ threads: Int, ranks: Int? = nil) throws -> Outcome {
    Outcome(finished: try program.run([runs.path("run"), "\(threads)"], ranks: ranks, seconds: 60))
  }

  /// Runs the program alone, and sends it a signal some time after its metrics have begun.
  private func disturbed(_ signal: String) throws -> Outcome {
    try disturbed(signal, [runs.path("run"), "2"], whenThereIs: "run/metrics.jsonl")
  }

  private func disturbed(_ signal: String, _ arguments: [String], whenThereIs file: String) throws -> Outcome {
    let script = """
      file=$1; shift
      "$@" & program=$!
      until [ -s "$file" ]; do sleep 0.01; done
      sleep 0.1; kill -\(signal) $program; wait $program
      """
    return Outcome(
      finished: try BuiltProgram(path: "/bin/bash").run(
        ["-c", script, "bash", runs.path(file), program.path] + arguments))
  }

  private func isTheSame(_ whole: String, _ outcome: Outcome) throws {
    #expect(outcome.status == 0 && outcome.digest == whole, "\(outcome.finished.errors)")
    #expect(try runs.metrics("run") == runs.metrics("whole"))
    for file in ["model.safetensors", "losses.svg"] {
      #expect(try runs.bytes(runs.path("run/\(file)")) == runs.bytes(runs.path("whole/\(file)")))
    }
  }

  @Test func aKilledFitGoesOnAsTheCommandLinesRun() throws {
    defer { runs.remove() }
    let whole = try whole()
    let killed = try disturbed("KILL")
    #expect(killed.status == 137 && killed.digest == nil, "\(killed.finished)")
    try isTheSame(whole, run(1, ranks: 3))
    // What computes is the same; the environment isn't compared.
    func options(_ name: String) throws -> String {
      let text = try String(contentsOfFile: runs.path("\(name)/config.json"), encoding: .utf8)
      return String(text[..<(try #require(text.range(of: "\"environment\"")).lowerBound)])
    }
    #expect(try options("run") == options("whole"))
    #expect(try runs.run(["verify", runs.path("run")], quiet: false).status == 0)
    let compared = try runs.run(["verify", runs.path("run"), runs.path("whole")], quiet: false)
    #expect(compared.finished.output.last?.hasPrefix("the same at all") ?? false, "\(compared.finished)")
    let evaluations = try ["run", "whole"].map { try runs.run(["evaluate", "--weights", runs.path($0)], quiet: false) }
    #expect(evaluations.allSatisfy { $0.status == 0 })
    let values = evaluations.map { $0.finished.output.filter { !$0.hasPrefix("tokens/s") } }
    #expect(values[0].count > 2 && values[0] == values[1])
    // A fit that is done has nothing left to do.
    try isTheSame(whole, run(4))
  }

  @Test(arguments: ["frozen", "unfrozen"]) func killedFineTuningGoesOn(part: String) throws {
    defer { runs.remove() }
    let whole = try #require(try Outcome(finished: program.run(["tunes", "1"])).digest)
    let killed = try disturbed(
      "KILL", ["tunes", "1", runs.path("run")], whenThereIs: "run/\(part)/metrics.jsonl")
    #expect(killed.status == 137 && killed.digest == nil, "\(killed.finished)")
    for ranks in [3, nil] as [Int?] {
      let again = Outcome(finished: try program.run(["tunes", "1", runs.path("run")], ranks: ranks, seconds: 60))
      #expect(again.status == 0 && again.digest == whole, "\(again.finished.errors)")
    }
    #expect(try runs.run(["verify", runs.path("run/unfrozen")], quiet: false).status == 0)
  }

  @Test func theCommandLineGoesOnWithAStoppedFit() throws {
    defer { runs.remove() }
    let whole = try whole()
    let stopped = try disturbed("TERM")
    #expect(stopped.status == 75)
    #expect(stopped.finished.errors.count == 1 && stopped.finished.errors[0].contains("stopped as asked"))
    let before = try runs.metrics("run").count
    try isTheSame(whole, runs.run(ranks: 2, ["--resume", runs.path("run"), "--checkpoint-every", "50"]))
    #expect(try runs.metrics("run").count > before)
    // Without its checkpoints it isn't taken for a run that has only begun.
    try FileManager.default.removeItem(atPath: runs.path("run/checkpoints"))
    let refused = try runs.run(["--resume", runs.path("run")])
    #expect(refused.status == 65 && refused.lines.count == 1, "\(refused.lines)")
    #expect(try runs.bytes(runs.path("run/model.safetensors")) == runs.bytes(runs.path("whole/model.safetensors")))
  }

  #if MPI
    @Test func aStoppedRankEndsTheJob() throws {
      defer { runs.remove() }
      let script = """
        "$1" -np 3 "$2" "$3" 1 2 & launcher=$!
        until [ -s "$3/metrics.jsonl" ]; do sleep 0.01; done
        kill -STOP $(pgrep -n -f "^$2 $3 1 2"); wait $launcher
        """
      let result = try BuiltProgram(path: "/bin/bash").run(
        ["-c", script, "bash", MPILauncher.ofThisBuild.command, program.path, runs.path("run")],
        environment: [
          "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
          "OMPI_MCA_rmaps_base_oversubscribe": "1",
        ], seconds: 90)
      let lines = result.errors.filter { $0.contains("is stuck: ") }
      #expect(lines.count == 1 && lines[0].hasSuffix("; run it again"), "\(result.errors)")
      // MPICH's launcher kills the stopped rank in the end, and exits with that.
      let isKilled = MPILauncher.ofThisBuild == .mpich && result.status == SIGKILL
      #expect((result.status == 75 || isKilled) && result.leftProcesses.isEmpty, "\(result.status)")
    }
  #endif

  /// What a learner saves, loads, says, and does after a fit that has thrown, on any workers.
  @Test func whatALearnerSaysIsTheSameOnAnyWorkers() throws {
    defer { runs.remove() }
    func says(_ threads: Int, ranks: Int? = nil) throws -> Finished {
      try program.run(["says", "\(threads)", runs.path("saved")], ranks: ranks, seconds: 120)
    }
    let alone = try says(1)
    #expect(alone.status == 0 && alone.output.count == 1, "\(alone.errors)")
    let line = try String(contentsOfFile: runs.path("saved.0"), encoding: .utf8)
    #expect(line.hasPrefix("one ") && line.contains("not finite after") && line.contains("; inputOutput"), "\(line)")
    #expect(line.contains(">") && line.contains(" / "))
    #if MPI
      let ways: [(threads: Int, ranks: Int?)] = [(3, nil), (1, 3), (2, 2)]
    #else
      let ways: [(threads: Int, ranks: Int?)] = [(3, nil), (4, nil)]
    #endif
    for (threads, ranks) in ways {
      let other = try says(threads, ranks: ranks)
      #expect(other.status == 0 && other.output == alone.output, "\(other.errors)")
      for rank in 0..<(ranks ?? 1) {
        #expect(try String(contentsOfFile: runs.path("saved.\(rank)"), encoding: .utf8) == line, "\(rank)")
        try FileManager.default.removeItem(atPath: runs.path("saved.\(rank)"))
      }
    }
  }
}
