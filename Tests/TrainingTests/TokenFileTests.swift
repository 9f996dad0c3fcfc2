import Foundation
import Kernels
import Launching
import Testing

@testable import Data
@testable import Files
@testable import Fitting
@testable import Memory
@testable import Models
@testable import Reports
@testable import Runs
@testable import Tokenization
import Training

/// Token files: the same from any threads and pieces, and looked at no further than is needed.
@Suite struct TokenFileTests {
  private func made(
    _ folder: TemporaryDirectory, _ name: String, texts: [String], chunkSize: Int = 1 << 20, threads: Int = 1
  ) throws -> TokenizeReport {
    var options = TokenizeOptions(files: texts)
    options.chunkSize = chunkSize
    options.threads = threads
    return try TokenDirectory.make("\(folder.path)/\(name)", options)
  }

  private func bytes(_ folder: TemporaryDirectory, _ name: String) -> [Data?] {
    ["train", "valid"].map { FileManager.default.contents(atPath: "\(folder.path)/\(name)/\($0).tokens") }
  }

  /// Reading what a mapped file has lost ends the process by the signal's handler.
  @Test func aFileCutShortIsBadData() async {
    await #expect(processExitsWith: .exitCode(65)) {
      let folder = try TemporaryDirectory()
      defer { folder.remove() }
      let text = (0..<20_000).map { "line \($0 % 97)\n" }.joined()
      let made = "\(folder.path)/made"
      _ = try TokenDirectory.make(made, TokenizeOptions(files: [folder.file("text", Data(text.utf8)).path]))
      let (train, _) = try TokenFiles.open(made, headers: TokenFiles.readHeaders(made))
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(made)/train.tokens"))
      try file.truncate(atOffset: 4096)
      print(train.tokens(0..<train.count).count)
    }
  }

  @Test func anyPiecesAndThreadsGiveTheSameFiles() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let lines = (0..<3000).map {
      "Line \($0 % 97): THE cat's \($0 % 7 == 0 ? "ha ha ha " : "")caf\u{E9} &amp; more...\n"
    }
    let texts = try [
      folder.file("one", Data(lines.joined().utf8)).path, folder.file("empty").path,
      folder.file("two", Data(lines[..<700].joined().utf8)).path,
    ]
    let report = try made(folder, "whole", texts: texts)
    let whole = bytes(folder, "whole")
    // A document for each file's part.
    #expect(report.trainTokens > 40_000 && report.validTokens > 4000)
    for (name, chunkSize, threads) in [("small", 500, 1), ("many", 4096, 4), ("tiny", 200, 3)] {
      #expect(try made(folder, name, texts: texts, chunkSize: chunkSize, threads: threads).distinct == report.distinct)
      #expect(bytes(folder, name) == whole, "\(name)")
    }
    let (train, valid) = (
      try Corpora.tokens(folder.path + "/whole").train, try Corpora.tokens(folder.path + "/whole").valid
    )
    #expect(train.vocabulary.textify(train.tokens(0..<6)) == "xxbos xxmaj line 0 : xxup")
    #expect(train.tokens(0..<train.count).count { $0 == 2 } == 3)
    #expect(valid.tokens(0..<1) == [2])
    #expect(valid.vocabulary == train.vocabulary)
  }

  /// Whether counting or writing is under way when it is stopped.
  @Test(arguments: [1, 2]) func stoppedWorkLeavesNothing(pass: Int) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    var options = TokenizeOptions(files: [
      try folder.file("text", Data(String(repeating: "a b c d\n", count: 100_000).utf8)).path
    ])
    options.threads = 2
    let stop = RunError("stopped", at: "here", remedy: "go on", status: .tryAgain)
    #expect(throws: stop) {
      try TokenDirectory.make(folder.path + "/data", options) { progress throws(RunError) in
        if progress.pass == pass { throw stop }
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/data").isEmpty)
    #expect(try TokenDirectory.make(folder.path + "/data", options).trainTokens > 400_000)
  }

  /// A worker that doesn't read a block doesn't see its damage.
  @Test func onlyOwnBlocksAreChecked() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let text = try folder.file("text", Data(String(repeating: "a b c d e f g h\n", count: 250_000).utf8)).path
    _ = try made(folder, "data", texts: [text])
    let path = folder.path + "/data/train.tokens"
    let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try file.seek(toOffset: UInt64(size - 10))
    try file.write(contentsOf: Data([0xFF]))
    try file.close()
    let train = try TokenFiles.open(folder.path + "/data", headers: TokenFiles.readHeaders(folder.path + "/data")).train
    #expect(train.header.blockCount == 4)
    try train.check([0..<10, 1_000_000..<1_500_000])
    #expect { try train.check([(train.count - 1)..<train.count]) } throws: {
      ($0 as? RunError)?.status == .badData && "\($0)".contains("not those written")
    }
  }

  /// Batches of a mapped file are those of the corpus in memory, where streams wrap, too.
  @Test(arguments: [(7, 3), (5, 70), (64, 20)]) func batchesAreThoseOfTheCorpus(batchSize: Int, bptt: Int) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let text = try folder.file("text", Data((0..<500).map { "n\($0 % 50) m\($0 % 3)\n" }.joined().utf8)).path
    _ = try made(folder, "data", texts: [text])
    let train = try TokenFiles.open(folder.path + "/data", headers: TokenFiles.readHeaders(folder.path + "/data")).train
    let corpus = train.corpus()
    let plan = try Streams(tokenCount: corpus.count, batchSize: batchSize, bptt: bptt, name: "test")
    for streams in [0..<batchSize, 2..<(batchSize - 1)] {
      let kept = WorkerBatches(
        tokens: plan.tokens(of: streams, in: corpus), count: plan.steps, bptt: bptt, streams: streams.count)
      let mapped = WorkerBatches(train, plan, streams: streams)
      #expect(mapped.count == kept.count)
      for batch in [0, kept.count - 1, 0, kept.count / 2] {
        #expect(mapped.x(batch).array == kept.x(batch).array)
        #expect(mapped.y(batch).array == kept.y(batch).array)
      }
    }
  }
}
