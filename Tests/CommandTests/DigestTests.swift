import Foundation
import Testing

@Suite(.serialized) struct DigestTests {
  static let short = ["--epochs", "1", "--quiet"]

  @Test func anyNumberOfRanksHasTheLoneProcesssBits() throws {
    let folder = try Launcher.temporaryDirectory()
    defer { try? FileManager.default.removeItem(at: folder) }
    func metrics(_ name: String) throws -> String {
      try String(contentsOfFile: "\(folder.path)/\(name)/metrics.jsonl", encoding: .utf8)
        .replacing(#/"seconds":[0-9.e-]+/#, with: "")
    }
    let alone = try Launcher.run(Self.short + ["--out", folder.path + "/0"])
    let digest = try #require(alone.digest)
    let lines = try metrics("0")
    for ranks in [1, 2, 3, 4, 5, 7, 8, 16] {
      let result = try Launcher.run(ranks: ranks, Self.short + ["--out", "\(folder.path)/\(ranks)"])
      #expect(result.digest == digest, "\(ranks) ranks: \(result.errors)")
      #expect(try metrics("\(ranks)") == lines, "\(ranks) ranks")
    }
  }

  @Test func unevenShapesHaveTheSameBits() throws {
    let options = [
      "--epochs", "1", "--quiet", "--out", "none", "--hidden", "50", "--batch-size", "23", "--bptt", "11", "--lanes",
      "5",
      "--no-lr-find", "--steps", "40",
    ]
    let digest = try #require(try Launcher.run(options).digest)
    for ranks in [2, 3, 5] { #expect(try Launcher.run(ranks: ranks, options).digest == digest, "\(ranks) ranks") }
  }

  @Test func theLearningRateFinderLeavesNoTrace() throws {
    let options = ["--epochs", "1", "--quiet", "--out", "none", "--steps", "20"]
    let with = try #require(try Launcher.run(options).digest)
    #expect(try Launcher.run(options + ["--no-lr-find"]).digest == with)
  }
}
