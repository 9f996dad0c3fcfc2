import Corpus
import Foundation
import Launching
import Testing
import Training

/// What is done with a trained model: `generate`, `evaluate`, and PyTorch by `Launch/interop.py`.
@Suite(.serialized) struct ModelUseTests {
  /// A short run's directory, in `folder`.
  private func trained(_ folder: TemporaryDirectory, _ options: [String] = ["--epochs", "2"]) throws -> String {
    let run = folder.path + "/run\(options.joined())"
    let result = try Launcher.run(options + ["--no-lr-find", "--quiet", "--out", run, "--lr", "1e-2"])
    #expect(result.status == 0, "\(result.errors)")
    return run
  }

  /// The figures that a command prints as JSON on its last line.
  private func figures(_ result: Launcher.Result) throws -> [String: Any] {
    #expect(result.status == 0, "\(result.errors)")
    let line = try #require(result.output.split(separator: "\n").last)
    return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  private func number(_ figures: [String: Any], _ name: String) throws -> Double {
    try #require(figures[name] as? Double)
  }

  // MARK: generate

  @Test func numbersGoOn() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let run = try trained(folder)
    let prompt = ["--prompt", "eight thousand one ,", "--tokens", "30"]
    let greedy = try Launcher.run(["generate", "--weights", run, "--temperature", "0"] + prompt)
    #expect(greedy.status == 0, "\(greedy.errors)")
    #expect(greedy.output.hasPrefix("eight thousand one, "))
    let words = Set(["thousand", "hundred"] + (1...99).flatMap { HumanNumbers.words($0) })
    let spoken = greedy.output.replacing(",", with: "").split { $0 == " " || $0 == "\n" }.map(String.init)
    #expect(spoken.count > 15)
    #expect(spoken.allSatisfy { words.contains($0) })
    let drawn = try Launcher.run(["generate", "--weights", run + "/model.safetensors", "--seed", "7"] + prompt).output
    #expect(try Launcher.run(["generate", "--weights", run, "--seed", "7"] + prompt).output == drawn)
    #expect(try Launcher.run(["generate", "--weights", run, "--seed", "8"] + prompt).output != drawn)
    #expect(
      try Launcher.run(["generate", "--weights", run, "--top-k", "1"] + prompt).output == greedy.output)
    let checkpoint = run + "/checkpoints/step-00000522.safetensors"
    #expect(
      try Launcher.run(["generate", "--weights", checkpoint, "--temperature", "0"] + prompt).output == greedy.output)
    #if MPI
      #expect(
        try Launcher.run(ranks: 2, ["generate", "--weights", run, "--temperature", "0"] + prompt).output
          == greedy.output)
    #endif
    let unknown = try Launcher.run(["generate", "--weights", run, "--prompt", "eight apples"])
    #expect(unknown.status == 0)
    #expect(unknown.errors.contains(#"not in the vocabulary, read as xxunk: "apples""#))
  }

  @Test(arguments: ModelKind.all) func everyModelWrites(kind: ModelKind) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let run = try trained(folder, ["--model", kind.name, "--hidden", "16", "--epochs", "1", "--steps", "60"])
    let text = try Launcher.run(["generate", "--weights", run, "--prompt", "", "--tokens", "20"])
    #expect(text.status == 0, "\(text.errors)")
    #expect(text.output.split(separator: " ").count > 10)
  }

  @Test func wrongUse() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let text = try folder.file("text", Data("one \ntwo \n".utf8)).path
    let golden = GoldenRun.path("model3/init.safetensors")
    let cases: [([String], Int32, String)] = [
      (["generate", "--weights", text], 65, "the header's length is"),
      (["generate", "--weights", folder.path], 74, "\(folder.path)/model.safetensors"),
      (["generate", "--weights", golden], 65, "the weights don't say"),
      (["generate", "--weights", golden, "--tokens", "0"], 64, "--tokens"),
      (["generate", "--weights", golden, "--temperature", "-1"], 64, "--temperature"),
      (["generate", "--weights", golden, "--top-k", "0"], 64, "--top-k"),
      (["evaluate", "--weights", golden, "--text", text], 65, "don't say their vocabulary"),
      (["evaluate", "--weights", golden, "--text", text, "--data", "x"], 64, "two texts to measure on"),
      (["evaluate", "--weights", golden, "--confused", "-1"], 64, "--confused"),
      (["evaluate", "--weights", golden, "--hidden", "32"], 65, "has a shape of [40, 64], not [40, 32]"),
      (["evaluate", "--weights", golden, "--init", golden], 64, "two files of weights"),
    ]
    for (arguments, status, saying) in cases {
      try expectOneLine(arguments, status: status, saying: saying, ranks: nil)
    }
  }

  // MARK: evaluate

  /// The valid split, its text and its token files give the same figures on any workers; so does the table of confused
  /// pairs.
  @Test func anyTextCanBeEvaluated() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let run = try trained(folder, ["--model", "model2", "--hidden", "48", "--epochs", "1"])
    let train = try folder.file("train", Data(HumanNumbers.text(HumanNumbers.train).utf8)).path
    let valid = try folder.file("valid", Data(HumanNumbers.text(HumanNumbers.valid).utf8)).path
    let data = folder.path + "/data"
    #expect(try Launcher.run(["tokenize", train, "--valid", valid, "--tokenizer", "lines", "--out", data]).status == 0)
    let command = ["evaluate", "--weights", run, "--confused", "100000", "--json"]
    let figures = try figures(Launcher.run(command))
    let tokens = try #require(figures["tokens"] as? Int)
    #expect(tokens == 13_017)
    let confused = try #require(figures["confused"] as? [[String: Any]])
    let counts = confused.compactMap { $0["count"] as? Int }
    #expect(counts == counts.sorted(by: >))
    // Each token counts once there; 68 batches have 39 of them twice.
    let wrong = (1 - (try number(figures, "accuracy"))) * Double(68 * 64 * 3)
    #expect(abs(Double(counts.reduce(0, +)) - wrong) <= 40)
    #expect(confused.allSatisfy { $0["actual"] as? String != $0["predicted"] as? String })
    #expect(try number(figures, "tokens_per_second") > 0)
    var ways: [(Int, [String])] = [
      (0, ["--data", data, "--threads", "1"]), (0, ["--threads", "3"]), (0, ["--batch-size", "500"]),
    ]
    #if MPI
      ways += [(3, ["--train", train, "--valid", valid]), (2, ["--data", data, "--ranks-per-node", "1"])]
    #endif
    for (ranks, options) in ways {
      let other = try self.figures(Launcher.run(ranks: ranks, command + options))
      for name in ["valid_loss", "accuracy", "perplexity"] {
        #expect(try number(other, name) == (try number(figures, name)), "\(options)")
      }
      #expect(other["confused"] as? NSArray == figures["confused"] as? NSArray, "\(options)")
    }
    let table = try Launcher.run(["evaluate", "--weights", run, "--confused", "2"])
    #expect(table.output.split(separator: "\n").count == 9)
    #expect(table.output.contains("\nactual"))
  }

  @Test func textsOfAnotherVocabulary() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let text = try folder.file("text", Data(String(repeating: "some words\nof another text\n", count: 300).utf8)).path
    let data = folder.path + "/data"
    #expect(try Launcher.run(["tokenize", text, "--out", data]).status == 0)
    let run = try trained(folder, ["--epochs", "1", "--steps", "5"])
    try expectOneLine(
      ["evaluate", "--weights", run, "--data", data], status: 65, saying: "is not that of the weights", ranks: nil)
    let own = try trained(folder, ["--epochs", "1", "--data", data, "--bptt", "5", "--hidden", "16"])
    let figures = try figures(Launcher.run(["evaluate", "--weights", own, "--text", text, "--json"]))
    #expect(try number(figures, "accuracy") > 0.2)
    let written = try Launcher.run(["generate", "--weights", own, "--prompt", "Some words", "--tokens", "9"])
    #expect(written.output.hasPrefix("Some words"))
  }

  // MARK: PyTorch

  static let python = Python.having("torch, safetensors, numpy")?.path

  /// Runs `Launch/interop.py`.
  private func interop(_ arguments: [String]) throws -> Launcher.Result {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Launch/interop.py").path
    return Launcher.Result(
      finished: try BuiltProgram(path: "/usr/bin/env").run(
        [try #require(Self.python), script] + arguments, seconds: 300))
  }

  @Test(
    .enabled(
      if: python != nil, "needs Python with torch, safetensors and numpy; DIST_TRAIN_PYTHON names another Python"),
    arguments: ["model0", "model1", "model2", "model3"])
  func weightsGoToPyTorchAndBack(model: String) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let weights = try trained(folder, ["--model", model, "--epochs", "1"]) + "/model.safetensors"
    let ours = try figures(Launcher.run(["evaluate", "--weights", weights, "--json"]))
    let theirs = try figures(interop(["evaluate", weights]))
    #expect(abs(try number(ours, "valid_loss") - number(theirs, "valid_loss")) < 1e-5)
    // A state dict has no state.
    let fromZero = try figures(Launcher.run(["evaluate", "--weights", weights, "--hidden-state", "reset", "--json"]))
    // A prediction may hang on the last bit.
    #expect(abs(try number(ours, "accuracy") - number(theirs, "accuracy")) < 2e-4)
    let state = folder.path + "/model.pt"
    let back = folder.path + "/back.safetensors"
    #expect(try interop(["to-torch", weights, state]).status == 0)
    #expect(try interop(["from-torch", state, back, "--model", model]).status == 0)
    let again = try figures(Launcher.run(["evaluate", "--weights", back, "--json"]))
    #expect(try number(again, "valid_loss") == number(fromZero, "valid_loss"))
    // Tokens that the model has never seen would be measured as unknown ones.
    let text = try folder.file("text", Data(String(repeating: "some words\nof another text\n", count: 300).utf8)).path
    let own = try trained(folder, ["--steps", "1", "--train", text, "--valid", text]) + "/model.safetensors"
    let refused = try interop(["evaluate", own])
    #expect(refused.status == 1 && refused.errors.contains(": --data; give"), "\(refused.errors)")
    let prompt = ["--prompt", "nine thousand ,", "--tokens", "10"]
    #expect(
      try Launcher.run(["generate", "--weights", back] + prompt).output
        == Launcher.run(["generate", "--weights", weights] + prompt).output)
  }

  /// Our file's weights in torch.nn layers, and of awd-lstm in the state dict of fastai's AWD_LSTM.
  @Test(
    .enabled(
      if: python != nil, "needs Python with torch, safetensors and numpy; DIST_TRAIN_PYTHON names another Python"),
    arguments: ["rnn", "gru", "lstm", "awd-lstm"])
  func stacksGoToPyTorchAndBack(model: String) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let sizes = ["--hidden", "24", "--bptt", "20"]
    let weights = try trained(folder, ["--model", model, "--epochs", "1"] + sizes) + "/model.safetensors"
    let ours = try figures(Launcher.run(["evaluate", "--weights", weights, "--json"]))
    let theirs = try figures(interop(["evaluate", weights]))
    let fromZero = try figures(Launcher.run(["evaluate", "--weights", weights, "--hidden-state", "reset", "--json"]))
    #expect(abs(try number(ours, "valid_loss") - number(theirs, "valid_loss")) < 1e-5)
    #expect(abs(try number(ours, "accuracy") - number(theirs, "accuracy")) < 2e-4)
    let (state, back) = (folder.path + "/model.pt", folder.path + "/back.safetensors")
    #expect(try interop(["to-torch", weights, state]).status == 0)
    #expect(try stateNames(state) == expectedNames(model))
    // The kind of model is told by names and shapes.
    #expect(try interop(["from-torch", state, back]).status == 0)
    let again = try figures(Launcher.run(["evaluate", "--weights", back, "--bptt", "20", "--json"]))
    #expect(try number(again, "valid_loss") == number(fromZero, "valid_loss"))
  }

  /// The names in a state dict, sorted.
  private func stateNames(_ path: String) throws -> [String] {
    let list = "import sys, torch; print(*sorted(torch.load(sys.argv[1], weights_only=True)))"
    let result = try BuiltProgram(path: "/usr/bin/env").run(
      [try #require(Self.python), "-c", list, path], seconds: 300)
    return try #require(result.output.last, "\(result.errors)").split(separator: " ").map { String($0) }
  }

  /// fastai's names of an AWD_LSTM of three layers; or those of torch.nn layers.
  private func expectedNames(_ model: String) -> [String] {
    if model == "awd-lstm" {
      let layers = (0...2).flatMap { layer in
        ["0.rnns.\(layer).weight_hh_l0_raw"]
          + ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"].map { "0.rnns.\(layer).module.\($0)" }
      }
      let ends = ["0.encoder.weight", "0.encoder_dp.emb.weight", "1.decoder.weight", "1.decoder.bias"]
      return (layers + ends).sorted()
    }
    let layers = (0..<(model == "rnn" ? 1 : 2)).flatMap { layer in
      ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"].map { "rnns.\(layer).\($0)" }
    }
    let norm = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"].map { "batch_norm.\($0)" }
    return (layers + norm + ["encoder.weight", "decoder.weight", "decoder.bias"]).sorted()
  }
}
