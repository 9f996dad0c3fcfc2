import Foundation
import Launching
import Testing

/// `evaluate` gives the figures of the run: what its last validation has printed, whatever the model, the rate and the
/// workers.
@Suite(.serialized) struct EvaluateTests {
  /// The row of the last epoch: valid loss and accuracy, as printed.
  private func lastRow(_ output: String) throws -> (loss: String, accuracy: String) {
    let row = try #require(output.split(separator: "\n").last { $0.contains(#/^\d+ .*:/#) }, "\(output)")
    let fields = row.split(separator: " ")
    return (String(fields[2]), String(fields[3]))
  }

  private func figures(_ result: Launcher.Result) throws -> [String: Any] {
    #expect(result.status == 0, "\(result.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }

  /// Rates so high that running statistics and state have hardly met: an evaluation from zero is far off.
  @Test(
    arguments: [
      "model0", "model1", "model2 --bptt 20", "model3", "model3 --hidden-state reset", "rnn",
      "gru --hidden-state epoch",
      "lstm --batch-size 32 --bptt 20", "awd-lstm --hidden 32 --embedding 16 --bptt 20",
    ])
  func theFiguresAreTheRuns(options: String) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let run = folder.path + "/run"
    let model = ["--model"] + options.split(separator: " ").map(String.init)
    let rates = ["--lr", "1e-2", "--no-lr-find", "--epochs", "2", "--out", run]
    let trained = try Launcher.run(ranks: aloneAndRanks.last.flatMap { $0 } ?? 0, model + rates)
    #expect(trained.status == 0, "\(trained.errors)")
    let row = try lastRow(trained.output)
    let checkpoint = "\(run)/checkpoints/" + (try #require(try checkpoints(run).last))
    for ranks in aloneAndRanks {
      for weights in [run, checkpoint] {
        let result = try Launcher.run(ranks: ranks ?? 0, ["evaluate", "--weights", weights])
        #expect(result.output.hasPrefix("valid loss \(row.loss)\naccuracy   \(row.accuracy)\n"), "\(result.output)")
      }
    }
    // A run that goes on where there is nothing left to do writes the same weights.
    let weights = try Data(contentsOf: URL(fileURLWithPath: run + "/model.safetensors"))
    try FileManager.default.removeItem(atPath: run + "/model.safetensors")
    #expect(try Launcher.run(["--resume", run, "--quiet"]).status == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: run + "/model.safetensors")) == weights)
  }

  private func checkpoints(_ run: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints").filter { $0.hasPrefix("step-") }.sorted()
  }

  @Test func whatIsGivenAndIsNotTheRunsIsTold() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let run = folder.path + "/run"
    let options = ["--model", "model2", "--bptt", "20", "--epochs", "1", "--no-lr-find", "--out", run]
    let row = try lastRow(Launcher.run(options).output)
    let command = ["evaluate", "--weights", run]
    let larger = try figures(Launcher.run(command + ["--batch-size", "500", "--json"]))
    #expect(String(format: "%.6f", try #require(larger["valid_loss"] as? Double)) == row.loss)
    #expect(larger["tokens"] as? Int == 13_017 && larger["batch_size"] as? Int == 64 && larger["bptt"] as? Int == 20)
    #expect(larger["not_the_runs"] as? [String] == ["--batch-size 500 of no effect, the run's 64"])
    let shorter = try Launcher.run(command + ["--bptt", "3"])
    #expect(shorter.output.contains("other      --bptt 3, the run's 20"), "\(shorter.output)")
    #expect(!shorter.output.contains(row.loss))
    let cases = [
      ("--model", "model3", "\"model3\" contradicts the weights"), ("--layers", "2", "--layers"),
      ("--hidden", "32", "32 contradicts the weights, which have 64"),
    ]
    for (option, value, saying) in cases {
      try expectOneLine(command + [option, value], status: 64, saying: saying, ranks: nil)
    }
  }

  @Test func metricsAreTheRuns() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let run = folder.path + "/run"
    let options = ["--epochs", "1", "--no-lr-find", "--metrics", "accuracy,top5", "--out", run]
    let row = try #require(Launcher.run(options).output.split(separator: "\n").first { $0.hasPrefix("0 ") })
    for ranks in aloneAndRanks {
      let result = try Launcher.run(ranks: ranks ?? 0, ["evaluate", "--weights", run, "--metrics", "top5"])
      let line = try #require(result.output.split(separator: "\n").first { $0.hasPrefix("top5       ") })
      #expect(row.contains(line.dropFirst(11)), "\(row) \(line)")
    }
  }

  /// A text of 14 tokens on 64 streams of 20 would be read 91 times over.
  @Test func tokensOfATextCountOnce() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let run = folder.path + "/run"
    let options = ["--model", "model2", "--bptt", "4", "--epochs", "2", "--no-lr-find", "--quiet", "--out", run]
    #expect(try Launcher.run(options).status == 0)
    let known = try folder.file("known", Data("eight thousand one\neight thousand two\n".utf8)).path
    let half = try folder.file("half", Data("eight apples one\neight pears two\n".utf8)).path
    let command = [
      "evaluate", "--weights", run, "--json", "--confused", "100", "--metrics", "top1,perplexity,top40", "--text",
    ]
    for ranks in aloneAndRanks {
      let figures = try figures(Launcher.run(ranks: ranks ?? 0, command + [known]))
      #expect(figures["tokens"] as? Int == 8 && figures["unknown"] as? Double == 0)
      #expect(figures["top1"] as? Double == figures["accuracy"] as? Double && figures["top40"] as? Double == 1)
      let confused = try #require(figures["confused"] as? [[String: Any]]).compactMap { $0["count"] as? Int }
      let wrong = 7 * (1 - (try #require(figures["accuracy"] as? Double)))
      #expect(abs(Double(confused.reduce(0, +)) - wrong) < 1e-9)
      let unknown = try self.figures(Launcher.run(ranks: ranks ?? 0, command + [half]))
      #expect(abs(try #require(unknown["unknown"] as? Double) - 2.0 / 7) < 1e-12)
      #expect(try #require(unknown["accuracy"] as? Double) <= 5.0 / 7)
      #expect(unknown["top1"] as? Double == unknown["accuracy"] as? Double && unknown["top40"] as? Double == 5.0 / 7)
    }
  }

  /// A model that has learnt to predict the unknown word isn't right about it.
  @Test func anUnknownWordIsNeverRight() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    // Each word once: all of the text is unknown to its own vocabulary.
    let words = (0..<400).map { "w\($0)" }.joined(separator: "\n") + "\n"
    let text = try folder.file("t", Data(words.utf8)).path
    let run = folder.path + "/run"
    let options = ["--train", text, "--valid", text, "--batch-size", "8", "--epochs", "20", "--no-lr-find", "--quiet"]
    #expect(try Launcher.run(options + ["--out", run]).status == 0)
    let own = try Launcher.run(["evaluate", "--weights", run])
    #expect(own.output.contains("% of the tokens, as in the run"), "\(own.output)")
    let result = try Launcher.run(["evaluate", "--weights", run, "--text", text])
    #expect(result.output.contains(#/unknown    \d\d.\d\d % of the tokens, counted as wrong/#), "\(result.output)")
    #expect(result.output.contains(#/accuracy   0\.[0-5]/#), "\(result.output)")
  }

  /// Files that say nothing of a run begin with zero, and are told so.
  @Test func weightsWithoutAState() throws {
    let result = try Launcher.run(["evaluate", "--weights", GoldenRun.path("model3/init.safetensors")])
    #expect(result.status == 0 && result.output.contains("which begin with zero, since the weights have no state"))
  }
}
