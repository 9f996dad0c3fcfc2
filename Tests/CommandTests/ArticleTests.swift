import Foundation
import Launching
import Testing

/// The library's articles (`Sources/Training/Training.docc`), whose code is that of `Tests/ArticleProgram`.
@Suite struct ArticleTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")

  private static func files(_ folder: String, ending: String) throws -> [URL] {
    let folder = root.appendingPathComponent(folder)
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(ending) }.sorted()
      .map { folder.appendingPathComponent($0) }
  }

  /// A text's lines without what all of them have before them.
  private static func plain(_ lines: some Sequence<Substring>) -> [String] {
    lines.map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private static func lines(_ text: some StringProtocol) -> [Substring] {
    Substring(text).split(separator: "\n", omittingEmptySubsequences: false)
  }

  @Test func theirCodeIsTheProgram() throws {
    let sources = try Self.files("Tests/ArticleProgram", ending: ".swift").map {
      Self.plain(Self.lines(try String(contentsOf: $0, encoding: .utf8)))
    }
    var blocks = 0
    for article in try Self.files("Sources/Training/Training.docc", ending: ".md")
    where article.lastPathComponent != "Training.md" {
      let text = try String(contentsOf: article, encoding: .utf8)
      for match in text.matches(of: #/```swift\n((?:.|\n)*?)\n```\n/#) {
        let block = Self.plain(Self.lines(match.output.1))
        let isThere = sources.contains { source in
          source.indices.dropLast(block.count - 1).contains { Array(source[$0..<($0 + block.count)]) == block }
        }
        #expect(isThere, "\(article.lastPathComponent): \(match.output.1)")
        blocks += 1
      }
      // And each is reached from the first page.
      let name = article.deletingPathExtension().lastPathComponent
      let first = try String(
        contentsOf: article.deletingLastPathComponent().appendingPathComponent("Training.md"), encoding: .utf8)
      #expect(first.contains("- <doc:\(name)>"), "\(name)")
    }
    #expect(blocks >= 6)
  }

  @Test func itRunsWithTheSameNumbersOnAnyRanks() throws {
    var outputs: [[String]] = []
    for ranks in aloneAndRanks {
      let folder = try TemporaryDirectory()
      defer { folder.remove() }
      let run = try BuiltProgram("ArticleProgram").run([], ranks: ranks, prefix: ["env", "--chdir", folder.path])
      #expect(run.status == 0, "\(run.errors)")
      outputs.append(run.output.map { $0.replacing(#/ +\d\d:\d\d\.\d\d( \*)?$/#, with: "") })
    }
    #expect(outputs[0].contains { $0.hasPrefix("digest ") } && outputs[0].contains { $0.hasPrefix("valid loss ") })
    #expect(outputs[0].contains { $0.hasPrefix("nine thousand ") })
    for output in outputs { #expect(output == outputs[0]) }
  }
}
