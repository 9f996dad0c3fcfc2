import Foundation
import Launching
import Testing

/// Weights of one text taken to another, group by group, from the command line.
@Suite(.serialized) struct TransferTests {
  private static let model = ["--model", "awd-lstm", "--embedding", "12", "--hidden", "20", "--bptt", "10"]
  private static let quiet = ["--no-lr-find", "--quiet"]

  /// A text whose words are partly those of the human numbers.
  private func text(_ folder: TemporaryDirectory) throws -> [String] {
    let lines = (0..<300).map { "chapter \($0 % 3 == 0 ? "one" : "twenty two") of \($0 % 7 == 0 ? "nine" : "many")" }
    let file = try folder.file("text", Data((lines.joined(separator: "\n") + "\n").utf8)).path
    return ["--train", file, "--valid", file, "--batch-size", "8"]
  }

  private func run(ranks: Int = 0, _ options: [String]) throws -> Launcher.Result {
    let result = try Launcher.run(ranks: ranks, Self.model + Self.quiet + options)
    #expect(result.status == 0, "\(result.errors)")
    return result
  }

  @Test func groupsAndRatesAreTheRunsOnAnyWorkers() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let (first, second) = (folder.path + "/first", folder.path + "/second")
    _ = try run(["--epochs", "1", "--steps", "10", "--out", first])
    let new = try text(folder) + ["--init", first, "--new-vocabulary", "--epochs", "2", "--clip", "1"]
    let options = new + ["--freeze-to", "1", "--lr", "1e-4,1e-2"]
    let whole = try run(options + ["--out", second])
    let digest = try #require(whole.digest)
    #expect(try run(options + ["--out", "none", "--threads", "3"]).digest == digest)
    #expect(try run(new + ["--out", "none", "--lr", "1e-2"]).digest != digest)
    #if MPI
      #expect(try run(ranks: 2, options + ["--out", "none", "--threads", "2"]).digest == digest)
    #endif
    // What is frozen is what was taken over, and the run's configuration says it.
    let configuration = try String(contentsOfFile: second + "/config.json", encoding: .utf8)
    for part in ["\"freeze-to\": 1", "\"new-vocabulary\": true", "0.0001"] { #expect(configuration.contains(part)) }
    let plain = try String(contentsOfFile: first + "/config.json", encoding: .utf8)
    #expect(!plain.contains("freeze-to") && !plain.contains("new-vocabulary"))
    // It goes on from its middle, on other workers, without being told any of it.
    let stopped = folder.path + "/stopped"
    _ = try run(options + ["--out", stopped, "--steps", "7"])
    #expect(try run(["--resume", stopped, "--steps", "1000", "--threads", "2"]).digest == digest)
    #expect(try run(["--config", second + "/config.json", "--out", "none"]).digest == digest)
    let other = try Launcher.run(Self.model + Self.quiet + ["--resume", stopped, "--freeze-to", "2"])
    #expect(other.status == 64 && other.errors.contains("contradicts the checkpoint"), "\(other.errors)")
  }

  @Test func whatIsTakenOverIsTold() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let first = folder.path + "/first"
    _ = try run(["--epochs", "1", "--steps", "2", "--out", first])
    let options = try Self.model + text(folder) + ["--init", first, "--steps", "1", "--no-lr-find", "--out", "none"]
    let told = try Launcher.run(options + ["--new-vocabulary"])
    #expect(told.status == 0 && told.output.contains(" tokens are taken over from \(first)"), "\(told.output)")
    try expectOneLine(options, status: 65, saying: "--new-vocabulary", ranks: nil)
    let foreign = try folder.file("foreign", Data(String(repeating: "un deux trois\n", count: 99).utf8)).path
    try expectOneLine(
      options + ["--train", foreign, "--valid", foreign, "--new-vocabulary"], status: 65,
      saying: "the weights know no word of the texts", ranks: nil)
  }

  @Test(arguments: aloneAndRanks) func wrongUse(ranks: Int?) throws {
    for (options, text) in [
      (["--freeze-to", "1"], "model3 has one group of parameters: --freeze-to 1; leave it out"),
      (["--model", "gru", "--freeze-to", "-4"], "give a number from -3 to 2"),
      (["--lr", "1e-2,1e-3"], "don't rise from the first group to the last"),
      (["--lr", "0,1e-3"], "is not positive and finite"), (["--lr", "1,2,3"], "--lr"),
      (["--new-vocabulary"], "a new vocabulary without weights: --new-vocabulary; give --init"),
    ] {
      try expectOneLine(options + ["--out", "none"], status: 64, saying: text, ranks: ranks)
    }
  }
}
