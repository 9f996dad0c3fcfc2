import Foundation
import Launching
import Testing

@testable import DistTrain
import Training
@testable import Runs

/// What a run shows while it goes on: drawn over again on a terminal, which `script` makes here, and plain elsewhere.
@Suite(.serialized) struct TerminalTests {
  static let hasTerminals = MPILauncher.isOnPath("script")
  /// 1044 steps, which take some tenths of a second.
  static let short = [
    "--epochs", "4", "--hidden", "192", "--no-lr-find", "--no-plot", "--out", "none", "--threads", "1",
  ]

  /// Runs a command line on a terminal of that width; gives what the terminal was sent.
  private func screen(
    _ arguments: [String], columns: Int, launcher: String = "", environment: [String: String] = [:],
    redirect: String = ""
  ) throws -> (sent: String, run: Finished) {
    let command =
      "stty cols \(columns); \(launcher) \(BuiltProgram("dist-train").path) \(arguments.joined(separator: " ")) \(redirect)"
    let run = try BuiltProgram(path: "/usr/bin/env").run(
      ["script", "-qefc", command, "/dev/null"], environment: ["TERM": "xterm"].merging(environment) { $1 })
    return (run.output.joined(separator: "\n"), run)
  }

  /// The lines that were drawn over again, without colours.
  private func passing(_ sent: String) -> [String] {
    sent.split(separator: "\r\u{1B}[K").flatMap { $0.split(separator: "\r") }
      .map { String($0).replacing(/\u{1B}\[[0-9]*m/, with: "") }.filter { $0.contains(#/step \d+\/\d+/#) }
  }

  @Test(.enabled(if: hasTerminals, "script is not installed"), arguments: [80, 50, 20])
  func aLineUnderTheTable(columns: Int) throws {
    let (sent, run) = try screen(Self.short, columns: columns)
    #expect(run.status == 0, "\(sent)")
    let lines = passing(sent)
    #expect(!lines.isEmpty)
    #expect(Double(lines.count) <= 10 * (run.time / .seconds(1)) + 1)
    for line in lines {
      #expect(line.count < columns, "\(line)")
      #expect(line.contains(#/^(epoch [0-3]  )?step \d+\/1044/#), "\(line)")
    }
    if columns == 80 {
      let whole = #/^epoch \d  step \d+\/1044  loss \d\.\d{4}  lr [\d.e-]+  [\d.]+[kM]? tokens\/s  \d\d:\d\d left$/#
      #expect(lines.allSatisfy { $0.contains(whole) }, "\(lines)")
    }
    // Each is taken away before anything else is printed: the table stands as if there were none.
    let kept = sent.replacing("\r\n", with: "\n").split(separator: "\n").map { line in
      String(line.split(separator: "\r\u{1B}[K", omittingEmptySubsequences: false).last ?? "")
    }
    #expect(kept.count == 6, "\(kept)")
    #expect(
      kept.dropFirst().prefix(4).allSatisfy {
        $0.contains(#/^[0-3]  +\d\.\d{6}(  +\d| \*$|$)/#) && $0.count < max(columns, 21)
      }, "\(kept)")
    #expect(kept.last?.hasPrefix("digest ") ?? false)
  }

  @Test(.enabled(if: hasTerminals, "script is not installed"))
  func coloursQuietAndTerminalsThatCanNot() throws {
    #expect(try screen(Self.short, columns: 80, environment: ["NO_COLOR": ""]).sent.contains("\u{1B}[2m"))
    let plain = try screen(Self.short, columns: 80, environment: ["NO_COLOR": "1"]).sent
    #expect(plain.contains("\r\u{1B}[Kepoch ") && !plain.contains(#/\u{1B}\[[0-9]+m/#))
    let quiet = try screen(Self.short + ["--quiet"], columns: 80).sent
    #expect(quiet.hasPrefix("digest ") && !quiet.contains("\u{1B}"))
    let dumb = try screen(Self.short, columns: 80, environment: ["TERM": "dumb"]).sent
    #expect(dumb.hasPrefix("epoch ") && !dumb.contains("\u{1B}"))
  }

  #if MPI
    /// Ranks under Open MPI have terminals of their own, wherever the launcher's output goes: the launcher's counts.
    @Test(.enabled(if: hasTerminals, "script is not installed"), arguments: [true, false])
    func underALauncherItsTerminalCounts(isTerminal: Bool) throws {
      let folder = try TemporaryDirectory()
      defer { folder.remove() }
      let launcher = "\(MPILauncher.ofThisBuild.command) -np 2"
      let file = folder.path + "/output"
      let (sent, run) = try screen(
        Self.short, columns: 80, launcher: launcher, redirect: isTerminal ? "" : "> \(file)")
      #expect(run.status == 0, "\(sent)")
      // MPICH's ranks have pipes.
      let isDrawn = isTerminal && MPILauncher.ofThisBuild == .openMPI
      let text = isTerminal ? sent : try String(contentsOfFile: file, encoding: .utf8)
      #expect(text.contains("digest "))
      #expect(text.contains("\u{1B}") == isDrawn, "\(text)")
    }
  #endif

  @Test func elsewhereAPlainLineEveryTenSeconds() throws {
    let short = try Launcher.run(
      ["--epochs", "1", "--bptt", "70", "--no-lr-find", "--out", "none", "--threads", "1"])
    #expect(short.finished.output.count == 3, "a short run prints none: \(short.output)")
    let long = try Launcher.run(
      ["--epochs", "100000", "--no-lr-find", "--out", "none", "--threads", "1", "--bptt", "70", "--max-seconds", "11"])
    #expect(long.status == 75)
    let lines = long.finished.output.filter { $0.hasPrefix("epoch ") }.dropFirst()
    #expect(lines.count == 1, "\(lines)")
    #expect(
      lines.allSatisfy { $0.contains(#/^epoch \d+  step \d+\/1200000  loss .* tokens\/s  [\d:]+ left$/#) }, "\(lines)")
    #expect(!long.output.contains("\u{1B}"))
  }

  @Test func speedAndTimeLeft() {
    let start = ContinuousClock.now
    var pace = Pace(tokensPerStep: 100, firstStep: 500, at: start)
    #expect(pace.secondsLeft(to: 600) == nil)
    // A hundred steps a second, told by looks that are seldom.
    var looks = 0
    for step in 501...1000 where pace.isDue(step) {
      looks += 1
      pace.look(step, at: start + .milliseconds(10 * (step - 500)))
    }
    #expect((200...300).contains(looks))
    #expect(abs(pace.tokensPerSecond - 10_000) < 1e-6)
    #expect(abs((pace.secondsLeft(to: 1500) ?? 0) - 5) < 0.1)
    // What a validation takes is none of training's time, but of the time left.
    pace.endEpoch(1000, at: start + .seconds(5))
    pace.goOn(at: start + .seconds(10))
    pace.look(1001, at: start + .seconds(10.01))
    pace.endEpoch(1100, at: start + .seconds(11))
    #expect(abs(pace.tokensPerSecond - 10_000) < 1e-6)
    #expect(abs((pace.secondsLeft(to: 1700) ?? 0) - 11) < 1e-6)
    let speeds = pace.takeSpeeds()
    #expect(speeds.count == 6 && speeds.last?.step == 1100)
    #expect(pace.takeSpeeds().isEmpty)
  }

  @Test func numbersAreShort() {
    for (value, text) in [
      (0, "0"), (870, "870"), (999.6, "1.00k"), (12_345, "12.3k"), (2_214_000, "2.21M"), (999_600_000, "1.00G"),
    ] { #expect(ProgressText.short(value) == text) }
    for (seconds, text) in [(0, "00:00"), (11.2, "00:12"), (3722, "1:02:02")] {
      #expect(ProgressText.time(seconds) == text)
    }
  }
}
