import Foundation
import Testing

@Suite struct DataCommandTests {
  @Test func sizesVocabularyAndABatch() throws {
    let result = try Launcher.run(["data", "--show-batch"])
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n")
    #expect(
      lines.starts(with: [
        "split  tokens  steps  text", "train  50,079    261  human numbers, train",
        "valid  13,017     68  human numbers, valid", "batch of 64 streams × bptt 3 = 192 tokens a step",
        "vocabulary of 40",
      ]))
    #expect(lines.contains("0    xxbos one ,"))
  }

  /// The workers of a run hold every stream once, and of the tokens at least those of their streams.
  @Test func workersShareTheStreams() throws {
    var streams: [String] = []
    for worker in 0..<3 {
      let result = try Launcher.run(["data", "--bptt", "70", "--worker", "\(worker)/3"])
      #expect(result.status == 0, "\(result.errors)")
      let table = try #require(result.output.components(separatedBy: "valid tokens\n").last)
      streams += table.split(separator: "\n").map { String($0.prefix { $0 != " " }) }
    }
    #expect(streams == (0..<64).map { "\($0)" })

    let last = try Launcher.run(["data", "--bptt", "70", "--worker", "2/3"]).output
    #expect(last.contains("worker 2 of 3: lanes 10 ..< 16 of 16, streams 40 ..< 64 of 64\n"))
    // The last stream goes on at the text's beginning.
    #expect(last.contains("train: holds 18,838 of 50,079 tokens: 31,299 ..< 50,079, 0 ..< 58\n"), "\(last)")
    #expect(last.contains("63        15  49,296 ..< 50,079, 0 ..< 58"), "\(last)")
  }

  @Test func theFirstOfAJobsProcessesTells() throws {
    let alone = try Launcher.run(["data"])
    #expect(try Launcher.run(ranks: 3, ["data"]).output == alone.output)
    let wrong = try Launcher.run(ranks: 3, ["data", "--worker", "3/3"])
    #expect(wrong.status == 64)
    #expect(wrong.ownErrors.count == 1, "\(wrong.errors)")
  }
}
