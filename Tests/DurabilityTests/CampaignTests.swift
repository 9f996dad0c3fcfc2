import Foundation
import Launching
import Testing

@Suite(.serialized) struct CampaignTests {
  let runs: Runs

  init() throws { runs = try Runs() }

  #if !MPICH
    /// `DIST_TRAIN_KILLS` and `DIST_TRAIN_SEED` ask for more of them, and for others; `DIST_TRAIN_STRICT` holds them to
    /// three seconds. Ranks on other (pretended) nodes than the killed one see nothing of it: those the launcher ends,
    /// which takes it two. A stack with all dropouts is drawn into other masks by a step that is counted wrong.
    @Test(arguments: ["", "--model awd-lstm --embedding 16 --hidden 24 --layers 2 --bptt 9"])
    func killedRunsEndAsUndisturbedOnes(options: String) throws {
      defer { runs.remove() }
      let environment = ProcessInfo.processInfo.environment
      let count = environment["DIST_TRAIN_KILLS"].flatMap { Int($0) } ?? 10
      let result = try BuiltProgram(path: Runs.script("campaign")).run(
        [
          "--seed", environment["DIST_TRAIN_SEED"] ?? "1", "--count", "\(count)", "--limit", "\(slack(3000))",
          "--options", options, BuiltProgram("dist-train").path,
        ], seconds: 60 + 10 * count)
      #expect(result.status == 0, "\(result.errors)")
      let line = try #require(result.output.last)
      #expect(line.hasPrefix("\(count) runs, ") && line.hasSuffix(" 0 failed"), "\(line)")
      #expect(!line.contains(" 0 kills"), "\(line)")
    }
  #endif

  // MARK: Launch/supervise

  private var supervise: String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Launch/supervise")
      .standardizedFileURL.path
  }

  private func supervised(_ arguments: [String], ranks: Int = 2, environment: [String: String] = [:]) throws -> Outcome
  {
    Outcome(
      finished: try BuiltProgram(path: supervise).run(
        [
          "--failures", "3", "--backoff", "0", MPILauncher.ofThisBuild.command, "-np", "\(ranks)",
          BuiltProgram("dist-train").path,
        ] + arguments, environment: rootEnvironment.merging(environment) { $1 }, seconds: 60))
  }

  /// - command: of bash, in which $0 is the script, $1 the program, and $2 the run directory.
  private func supervisedByShell(_ command: String) throws -> Outcome {
    Outcome(
      finished: try BuiltProgram(path: "/bin/bash").run(
        ["-c", command, supervise, BuiltProgram("dist-train").path, runs.path("run")], environment: rootEnvironment,
        seconds: 120))
  }

  private var rootEnvironment: [String: String] {
    [
      "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1",
    ]
  }

  @Test func aSupervisedRunGoesOnUntilItIsDone() throws {
    defer { runs.remove() }
    let options = ["--epochs", "40", "--no-lr-find"]
    let whole = try #require(try runs.run(options + ["--out", "none"]).digest)
    // Behind the first checkpoint a rank is killed.
    let command =
      "\"$0\" --backoff 0 \(MPILauncher.ofThisBuild.command) -np 2 \"$1\" \(options.joined(separator: " ")) --quiet --out \"$2\" & "
      + "until ls \"$2\"/checkpoints/step-* >/dev/null 2>&1; do sleep 0.02; done; "
      + "kill -9 \"$(pgrep -n -f \"dist-train .*--out $2\")\"; wait"
    let result = try supervisedByShell(command + " $!")
    #expect(result.status == 0, "\(result.finished.errors)")
    #expect(result.digest == whole)
    #expect(result.finished.errors.contains { $0.hasPrefix("supervise: exit code") }, "\(result.finished.errors)")
  }

  /// As Slurm's srun does now and then.
  @Test func aLauncherThatClaimsSuccessIsNotBelieved() throws {
    defer { runs.remove() }
    let once = "[ -e \"$2.tried\" ] && exec \"$@\"; touch \"$2.tried\""
    let command = "\"$0\" --backoff 0 bash -c '\(once)' - \"$1\" --out \"$2\" --epochs 1 --no-lr-find --quiet"
    let result = try supervisedByShell(command.replacing("$2.tried", with: runs.path("tried")))
    #expect(result.status == 0 && result.digest != nil, "\(result.finished.errors)")
    #expect(result.finished.errors == ["supervise: exit code 1; again in 0 s"])
  }

  @Test func itGivesUpWithoutProgress() throws {
    defer { runs.remove() }
    let result = try supervised(
      ["--epochs", "1", "--out", runs.path("run")], environment: ["DIST_TRAIN_FAULT": "before@1:10"])
    #expect(result.status == 1)
    #expect(result.lines.count == 3, "\(result.lines)")
    #expect(try supervised(["--bogus", "--out", runs.path("other")]).lines.count == 1)
  }

  /// Whatever the program is called.
  @Test func aRunThatIsNotFiniteIsNotBegunAgain() throws {
    defer { runs.remove() }
    let result = try supervisedByShell(
      "ln -s \"$1\" \"$2-trainer\"; \"$0\" --backoff 0 \"$2-trainer\" --lr 1e12 --epochs 1 --no-lr-find --out \"$2\"")
    #expect(result.status == 1)
    let errors = result.finished.errors
    #expect(errors.count { $0.hasPrefix("run-trainer: ") && $0.contains("not finite") } == 1, "\(errors)")
    #expect(!errors.contains { $0.contains("; again in") }, "\(errors)")
  }

  #if !MPICH
    @Test func itComesBackWithFewerRanks() throws {
      defer { runs.remove() }
      let result = try supervised(
        ["--epochs", "1", "--no-lr-find", "--quiet", "--out", runs.path("run")], ranks: 4,
        environment: ["OMPI_MCA_rmaps_base_oversubscribe": "0", "OMPI_MCA_orte_set_default_slots": "2"])
      #expect(result.status == 0, "\(result.finished.errors)")
      #expect(result.digest != nil)
    }
  #endif

  @Test func itPassesSignalsOn() throws {
    defer { runs.remove() }
    let command =
      "\"$0\" \(MPILauncher.ofThisBuild.command) -np 2 \"$1\" --epochs 2000 --no-lr-find --quiet --out \"$2\" & "
      + "until [ -s \"$2/metrics.jsonl\" ]; do sleep 0.05; done; kill -TERM $!; wait $!"
    let result = try supervisedByShell(command)
    #expect(result.status == 75, "\(result.finished.errors)")
    #expect(result.lines.count == 1 && result.lines[0].contains("stopped as asked"), "\(result.lines)")
  }
}
