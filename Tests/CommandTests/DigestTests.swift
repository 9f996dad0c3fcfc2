import Foundation
import Launching
import Testing

/// The invariant on whole jobs: the same bits, in the digest and in every file, on any number of workers.
@Suite(.serialized) struct DigestTests {
  /// What must not depend on the workers.
  struct Outcome: Equatable {
    var digest: String?
    /// Steps and epochs, without times.
    var metrics: [String] = []
    var files: [String: Data] = [:]

    /// Runs the job and reads all that it leaves.
    init(_ arguments: [String] = [], ranks: Int = 0) throws {
      let folder = try TemporaryDirectory()
      defer { folder.remove() }
      let result = try Launcher.run(ranks: ranks, arguments + ["--quiet", "--out", folder.path + "/run"])
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.finished.leftProcesses.isEmpty)
      digest = result.digest
      for name in ["model.safetensors", "lr-find.csv", "lr-find.svg", "losses.svg"] {
        files[name] = FileManager.default.contents(atPath: "\(folder.path)/run/\(name)")
      }
      metrics = try String(contentsOfFile: "\(folder.path)/run/metrics.jsonl", encoding: .utf8).split(separator: "\n")
        .map { String($0).replacing(#/,?"seconds":[0-9.e+-]+/#, with: "") }
    }
  }

  /// The default job of a worker alone.
  static let alone = Result { try Outcome(["--threads", "1"]) }

  static func expectTheSameAsAlone(_ arguments: [String], ranks: Int = 0) throws {
    let alone = try alone.get()
    let outcome = try Outcome(arguments, ranks: ranks)
    #expect(outcome.digest == alone.digest)
    #expect(outcome.metrics == alone.metrics)
    for (name, bytes) in alone.files { #expect(outcome.files[name] == bytes, "\(name) differs") }
  }

  /// The logits of 64 streams are more than the 16 MiB of one part of the output layer, those of fewer workers' aren't.
  /// Without BatchNorm, masks of the whole block are multiplied in for each part.
  @Test(arguments: ["model3", "lstm", "gru --norm none --dropout-hidden 0.2 --dropout-output 0.3"])
  func aVocabularyOfSeveralParts(model: String) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let text = "\(folder.path)/words.txt"
    let lines = (0..<600).map { line in (0..<20).map { "w\((line * 20 + $0) * 7919 % 4000)" }.joined(separator: " ") }
    try lines.joined(separator: "\n").write(toFile: text, atomically: true, encoding: .utf8)
    let job =
      "--model \(model)".split(separator: " ").map(String.init) + [
        "--train", text, "--valid", text, "--hidden", "144", "--bptt", "30", "--epochs", "1",
        "--no-lr-find",
      ]
    let alone = try Outcome(job + ["--threads", "1"])
    #expect(alone.metrics.count > 1)
    #expect(try Outcome(job + ["--threads", "3"]) == alone)
    #expect(try Outcome(job + ["--threads", "1"], ranks: 2) == alone)
  }

  @Test func theDefaultJobIsWhole() throws {
    let alone = try Self.alone.get()
    #expect(alone.digest?.count == 64)
    #expect(alone.metrics.count == 10 * 261 + 10)
    #expect(alone.files.count == 4)
  }

  @Test(arguments: [2, 5]) func anyNumberOfThreads(threads: Int) throws {
    try Self.expectTheSameAsAlone(["--threads", "\(threads)"])
  }

  #if MPI
    @Test(arguments: [1, 2, 3, 4, 5, 7, 8, 16]) func anyNumberOfRanks(ranks: Int) throws {
      try Self.expectTheSameAsAlone(["--threads", "1"], ranks: ranks)
    }

    @Test(arguments: [(2, 3, nil), (3, 2, 2), (4, 1, 1), (8, 2, 3)] as [(Int, Int, Int?)])
    func ranksThreadsAndNodes(ranks: Int, threads: Int, ranksPerNode: Int?) throws {
      let nodes = ranksPerNode.map { ["--ranks-per-node", "\($0)"] } ?? []
      try Self.expectTheSameAsAlone(["--threads", "\(threads)"] + nodes, ranks: ranks)
    }

    @Test(arguments: ["model0", "model1", "model2", "model3"], [50, 150])
    func unevenShapes(model: String, hidden: Int) throws {
      let options = [
        "--model", model, "--hidden", "\(hidden)", "--batch-size", "23", "--bptt", "11", "--lanes", "5", "--steps",
        "40",
        "--epochs", "1", "--no-lr-find", "--quiet", "--out", "none",
      ]
      let digest = try #require(try Launcher.run(options + ["--threads", "1"]).digest)
      #expect(try Launcher.run(options + ["--threads", "3"]).digest == digest)
      for nodes in [["--threads", "1"], ["--threads", "2", "--ranks-per-node", "1"]] {
        #expect(try Launcher.run(ranks: 2, options + nodes).digest == digest)
      }
      #expect(try Launcher.run(ranks: 5, options + ["--threads", "1"]).digest == digest)
    }
  #endif

  #if MPI
    /// Every kind of model, stacks with all dropouts, clipped and accumulated, on 1 to 16 workers as threads, ranks and
    /// pretended nodes. The LR finder's masks are others than the fit's.
    @Test(arguments: ["model0", "model1", "model2", "model3", "rnn", "gru", "lstm", "awd-lstm"])
    func everyModelWithDropout(model: String) throws {
      var options = [
        "--model", model, "--hidden", "24", "--batch-size", "32", "--bptt", "9", "--steps", "12", "--epochs", "1",
        "--lr", "2e-3", "--clip", "0.5", "--accumulate", "2", "--quiet", "--out", "none",
      ]
      if !model.hasPrefix("model") {
        options += ["--layers", "2", "--embedding", model == "awd-lstm" ? "16" : "24"]
        for (site, probability) in [
          ("input", "0.2"), ("embedding", "0.1"), ("hidden", "0.3"), ("weight", "0.25"), ("output", "0.15"),
        ] { options += ["--dropout-\(site)", probability] }
      }
      let digest = try #require(try Launcher.run(options + ["--threads", "1"]).digest)
      for threads in [2, 3, 4, 5, 8, 16] {
        #expect(try Launcher.run(options + ["--threads", "\(threads)"]).digest == digest, "\(threads) threads")
      }
      for (ranks, threads, ranksPerNode) in [
        (2, 1, nil), (3, 1, nil), (5, 1, 2), (4, 2, 1), (8, 2, 3), (2, 8, 1), (16, 1, nil),
      ] as [(Int, Int, Int?)] {
        let nodes = ranksPerNode.map { ["--ranks-per-node", "\($0)"] } ?? []
        let result = try Launcher.run(ranks: ranks, options + ["--threads", "\(threads)"] + nodes)
        #expect(result.digest == digest, "\(ranks) ranks × \(threads) threads \(nodes): \(result.errors)")
      }
    }
  #endif

  @Test func theFinderByItselfFreezesAsTrainingDoes() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    func curve(_ name: String, _ arguments: [String]) throws -> String {
      let run = folder.path + "/" + name
      let result = try Launcher.run(arguments + ["--model", "gru", "--hidden", "16", "--no-plot", "--out", run])
      #expect(result.status == 0, "\(result.errors)")
      return try String(contentsOfFile: run + "/lr-find.csv", encoding: .utf8)
    }
    let frozen = try curve("train", ["--freeze-to", "-1", "--steps", "1"])
    #expect(try curve("finder", ["lr-find", "--freeze-to", "-1"]) == frozen)
    #expect(try curve("whole", ["lr-find"]) != frozen)
  }

  @Test func theLearningRateFinderLeavesNoTrace() throws {
    let options = ["--epochs", "1", "--quiet", "--out", "none", "--steps", "20"]
    let with = try #require(try Launcher.run(options).digest)
    #expect(try Launcher.run(options + ["--no-lr-find"]).digest == with)
  }
}
