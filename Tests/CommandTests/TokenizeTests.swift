import Corpus
import Foundation
import Launching
import Testing

/// `tokenize`, and runs on what it makes.
@Suite(.serialized) struct TokenizeTests {
  static let short = ["--epochs", "1", "--no-lr-find", "--quiet"]

  /// Human numbers as token files, in `numbers`.
  private func numbers(_ folder: TemporaryDirectory) throws -> String {
    let train = try folder.file("train.txt", Data(HumanNumbers.text(HumanNumbers.train).utf8)).path
    let valid = try folder.file("valid.txt", Data(HumanNumbers.text(HumanNumbers.valid).utf8)).path
    let made = try Launcher.run([
      "tokenize", train, "--valid", valid, "--tokenizer", "lines", "--out", folder.path + "/numbers",
    ])
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.errors.isEmpty)
    #expect(
      made.output.contains(
        "train       50,079 tokens\nvalid       13,017 tokens\nvocabulary  40 tokens, specials among them; 31 distinct")
    )
    return folder.path + "/numbers"
  }

  /// The built-in corpus and its token files give one digest, alone and on any workers; a run goes on with others.
  @Test func humanNumbersAreTheBuiltInOnes() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let data = ["--data", try numbers(folder)]
    let digest = try #require(try Launcher.run(Self.short + ["--out", "none"]).digest)
    #expect(try Launcher.run(Self.short + data + ["--out", "none", "--threads", "1"]).digest == digest)
    #expect(try Launcher.run(Self.short + data + ["--out", "none", "--threads", "3"]).digest == digest)
    #if MPI
      #expect(
        try Launcher.run(ranks: 3, Self.short + data + ["--out", "none", "--threads", "2", "--ranks-per-node", "2"])
          .digest == digest)
    #endif
    for model in ["model0", "model2"] {
      let shape = ["--model", model, "--batch-size", "23", "--bptt", "70", "--lanes", "5", "--out", "none"]
      #expect(try Launcher.run(Self.short + data + shape).digest == Launcher.run(Self.short + shape).digest)
    }
    let run = folder.path + "/run"
    #expect(try Launcher.run(Self.short + data + ["--out", run, "--steps", "100"]).status == 0)
    #expect(try Launcher.run(["--resume", run, "--steps", "261", "--threads", "2", "--quiet"]).digest == digest)
    let found = try Launcher.run(["lr-find", "--out", "none"] + data)
    #expect(found.output == (try Launcher.run(["lr-find", "--out", "none"]).output))
    let benchmark = try Launcher.run(["bench", "step", "--steps", "10", "--json"] + data)
    #expect(benchmark.output.contains(#""vocab":40"#))
  }

  /// A checkpoint's texts are its own.
  @Test func resumptionRefusesOtherData() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let data = try numbers(folder)
    let run = folder.path + "/run"
    #expect(try Launcher.run(Self.short + ["--data", data, "--out", run, "--steps", "20"]).status == 0)
    let other = folder.path + "/other"
    let made = try Launcher.run(["tokenize", folder.path + "/train.txt", "--tokenizer", "lines", "--out", other])
    #expect(made.status == 0)
    try expectOneLine(
      ["--resume", run, "--data", other], status: 65, saying: "are not those of the checkpoint", ranks: nil)
    let texts = ["--train", folder.path + "/train.txt", "--valid", folder.path + "/valid.txt"]
    try expectOneLine(["--resume", run] + texts, status: 65, saying: "are not those of the checkpoint", ranks: nil)
    try expectOneLine(["--data", data] + texts, status: 64, saying: "both texts and token files", ranks: nil)
  }

  /// The files are the same whatever the number of threads.
  @Test(arguments: ["word", "char", "lines"]) func anyNumberOfThreads(kind: String) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    // More than one piece, with what the rules are about.
    let line = "And God said, Let there be light: caf\u{E9} 1000 no no no DON'T &amp; \u{4F60}\u{597D}"
    let text = (0..<40_000).map { "\(line) \($0 % 977)\n" }.joined()
    let one = try folder.file("one.txt", Data(text.utf8)).path
    let two = try folder.file("two.txt", Data("\(line)\n\n\(line)".utf8)).path
    var files: [[Data?]] = []
    for threads in ["1", "2", "5"] {
      let out = folder.path + "/\(threads)"
      let run = try Launcher.run([
        "tokenize", one, two, "--tokenizer", kind, "--out", out, "--threads", threads, "--quiet",
      ])
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output.isEmpty)
      #expect(try FileManager.default.contentsOfDirectory(atPath: out).sorted() == ["train.tokens", "valid.tokens"])
      files.append(["train", "valid"].map { FileManager.default.contents(atPath: "\(out)/\($0).tokens") })
    }
    #expect(files[0].allSatisfy { ($0?.count ?? 0) > 1000 })
    #expect(files[1] == files[0])
    #expect(files[2] == files[0])
  }

  @Test func badTextsAndPlaces() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let good = try folder.file("good", Data("one two\nthree four\n".utf8)).path
    var latin = Data(String(repeating: "plenty of lines\n", count: 100_000).utf8)
    latin[1_234_567] = 0xE9
    let bad = try folder.file("latin", latin).path
    let empty = try folder.file("empty").path
    let out = ["--out", folder.path + "/out"]
    let cases: [([String], Int32, String)] = [
      ([bad] + out, 65, "not UTF-8 text (byte 1234567): \(bad)"), ([empty] + out, 65, "no text to train on"),
      ([good, "--valid", empty] + out, 65, "no text to validate on"),
      ([folder.path + "/none"] + out, 74, "can't read the file"),
      ([folder.path] + out, 74, "(a directory, not a file): \(folder.path); name the files in it"),
      (["/dev/null"] + out, 74, "(a device, not a regular file): /dev/null; write some of it to a file"),
      ([good, "--out", folder.path], 74, "isn't empty: \(folder.path)/empty; choose another"),
      ([good, "--out", "/proc/none"], 74, "can't make the output directory"),
      ([good, "--min-freq", "0"] + out, 64, "--min-freq"),
      ([good, "--max-vocab", "3"] + out, 64, "--max-vocab"),
      ([good, "--valid-fraction", "1"] + out, 64, "--valid-fraction"),
      ([good, "--threads", "0"] + out, 64, "--threads"),
      ([good, "--tokenizer", "bytes"] + out, 64, "'bytes' is invalid"),
      ([good], 64, "missing"), (out, 64, "missing"),
    ]
    for (arguments, status, text) in cases {
      try expectOneLine(["tokenize"] + arguments, status: status, saying: text, ranks: nil)
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/out/train.tokens"))
    #expect(FileManager.default.contents(atPath: good)?.count == 19)
  }

  /// A signal takes back what has been written so far, so that the same command can be given again.
  @Test func aSignalStopsIt() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let line = String(repeating: "Some words of a line, \u{E9} among them, and THE END.", count: 20) + "\n"
    let text = try folder.file("text", Data(String(repeating: line, count: 60_000).utf8)).path
    let out = folder.path + "/out"
    let interrupted = """
      "$@" & until [ -s "$OUT/.train.numbers" ]; do sleep 0.01; done; kill -TERM $!; wait $!
      """
    try expectOneLine(
      ["tokenize", text, "--out", out, "--threads", "1"], status: 75, saying: "stopped as asked: \(out)", ranks: nil,
      prefix: ["env", "OUT=\(out)", "bash", "-c", interrupted, "bash"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: out).isEmpty)
  }

  /// Any changed byte, a cut and a swap are found, by one line, on any workers.
  @Test(arguments: aloneAndRanks) func damage(ranks: Int?) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let data = try numbers(folder)
    let path = data + "/valid.tokens"
    let whole = try #require(FileManager.default.contents(atPath: path))
    func changed(_ place: Int) -> Data {
      var bytes = whole
      bytes[place] ^= 1
      return bytes
    }
    let train = try #require(FileManager.default.contents(atPath: data + "/train.tokens"))
    for (bytes, text) in [
      (changed(40), "header"), (changed(700), "SHA-256"), (changed(whole.count - 100), "not those written"),
      (whole.dropLast(2), "bytes instead of"), (whole.prefix(100), "too short"), (Data(), "too short"),
      (train, "of the split train"), (Data("no tokens at all".utf8), "too short"),
    ] as [(Data, String)] {
      try bytes.write(to: URL(fileURLWithPath: path))
      try expectOneLine(
        ["--data", data, "--out", "none"], status: 65, saying: text == "header" ? "damaged token file" : text,
        ranks: ranks)
    }
    try FileManager.default.removeItem(atPath: path)
    try expectOneLine(["--data", data, "--out", "none"], status: 74, saying: path, ranks: ranks)
  }
}
