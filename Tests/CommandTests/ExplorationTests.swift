import Foundation
import Launching
import Testing

@testable import RNNExploration

/// `rnn-exploration` as its users run it.
@Suite(.serialized) struct ExplorationTests {
  private let program = BuiltProgram("rnn-exploration")

  /// What it prints without the times, which differ from run to run: the learners' last column, and the last table's;
  /// nor where the page is.
  private func numbers(_ output: [String]) -> [String] {
    output.filter { !$0.isEmpty && !$0.hasPrefix("page ") }.map { line in
      let words = line.split(separator: " ")
      if words.count == 5, words[4].contains(":") { return words.dropLast().joined(separator: " ") }
      // fastai's seconds stand after ours for the notebook's models only.
      if ["model0", "model1", "model2", "Model3"].contains(words.first ?? "") {
        return words.dropLast(2).joined(separator: " ")
      }
      return ["Model4", "Model5"].contains(words.first ?? "") ? words.dropLast().joined(separator: " ") : line
    }
  }

  @Test func theNotebooksResults() throws {
    let run = try program.run(["--out", "none"])
    #expect(run.status == 0, "\(run.errors)")
    for line in [
      "train.txt  7,999 lines, 280,599 bytes", "valid.txt  1,999 lines, 74,884 bytes",
      "one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirt",
      " nine thousand nine hundred ninety eight, nine thousand nine hundred ninety nine",
      "50,079 train and 13,017 valid tokens", "LanguageModelData", "70", "3", "[64, 70] [64, 70]",
      "4480 tokens, 13,440 in all", "[64, 3] [64, 3]", "40 tokens in the vocabulary",
    ] { #expect(run.output.contains(line), "\(line)") }
    // Six fits' tables and three curves.
    #expect(run.output.filter { $0.hasPrefix("epoch") && $0.contains("train_loss") }.count == 6)
    #expect(run.output.filter { $0.hasPrefix("9 ") }.count == 4)
    #expect(run.output.filter { $0.hasPrefix("19 ") }.count == 1)
    #expect(run.output.filter { $0.contains("Learning rate finder") }.count == 3)
    // What the lesson's models are for: a third of the tokens, then more than half, then four fifths.
    let accuracies = try ["Model3", "Model4", "Model5"].map { model in
      let row = try #require(run.output.last { $0.hasPrefix("\(model) ") }).split(separator: " ")
      return try #require(Double(row[9]))
    }
    #expect((0.29...0.35).contains(accuracies[0]), "\(accuracies)")
    #expect((0.48...0.73).contains(accuracies[1]), "\(accuracies)")
    #expect((0.76...0.87).contains(accuracies[2]), "\(accuracies)")
  }

  @Test func manyProcessesTellTheSameOnce() throws {
    let alone = try program.run(["--out", "none", "--threads", "1"])
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let page = folder.path + "/page.html"
    let together = try program.run(["--out", page, "--threads", "2"], ranks: 3)
    #expect(together.status == 0, "\(together.errors)")
    #expect(numbers(together.output) == numbers(alone.output))
    #expect(FileManager.default.fileExists(atPath: page))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["page.html"])
  }

  @Test func thePageIsWholeAndOnItsOwn() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let path = folder.path + "/page.html"
    let run = try program.run(["--out", path, "--quiet"])
    #expect(run.status == 0 && run.output.isEmpty, "\(run.errors) \(run.output)")
    let page = try String(contentsOfFile: path, encoding: .utf8)
    #expect(page.hasPrefix(NotebookPage.mark))
    // Nothing is fetched; the only address is the name of SVG.
    #expect(!page.contains("<script") && !page.contains("<link") && !page.contains("<img") && !page.contains("@import"))
    #expect(!page.replacing("xmlns=\"http://www.w3.org/2000/svg\"", with: "").contains("http"))
    // A section for each cell with code: three finders' curves, six fits with two plots each, a schedule.
    let source = CellSource(String(decoding: PackageResources.Exploration_source, as: UTF8.self))
    #expect(page.matches(of: /<section class="cell">/).count == source.cells.values.count { !$0.code.isEmpty })
    #expect(page.matches(of: /<svg xmlns/).count == 3 + 6 * 2 + 2)
    #expect(page.matches(of: /<table class="numbers">/).count == 6 + 2)
    for tag in ["section", "div", "pre", "table", "tr", "td", "th", "span", "p", "h2", "svg", "code"] {
      let opened = page.matches(of: try Regex("<\(tag)[ >]")).count
      let closed = page.matches(of: try Regex("</\(tag)>")).count
      #expect(opened > 0 && opened == closed, "\(tag)")
    }
    // A page of its own is replaced.
    #expect(try program.run(["--out", path, "--quiet", "--seed", "7"]).status == 0)
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains("seed 7"))
  }

  @Test func nothingOfAUsersIsLost() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let file = try folder.file("mine.html", Data("<!doctype html>\n<p>mine</p>\n".utf8))
    for path in [file.path, folder.path, folder.path + "/missing/page.html", ""] {
      let run = try program.run(["--out", path], seconds: 20)
      #expect(run.status == 74, "\(path): \(run.errors)")
      #expect(run.errors.count == 1, "\(run.errors)")
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == "<!doctype html>\n<p>mine</p>\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["mine.html"])
    let together = try program.run(["--out", file.path], ranks: 2, seconds: 20)
    #expect(together.status == 74)
    #expect(together.errors.filter { $0.hasPrefix("rnn-exploration: ") }.count == 1, "\(together.errors)")
    #expect(together.leftProcesses.isEmpty)
  }

  @Test func wrongUsage() throws {
    for arguments in [["--bogus"], ["--threads", "17"], ["--threads", "0"], ["--seed", "x"]] {
      let run = try program.run(arguments + ["--out", "none"], seconds: 20)
      #expect(run.status == 64, "\(arguments): \(run.errors)")
      #expect(run.errors.count == 1, "\(run.errors)")
    }
    #expect(try program.run(["--help"]).output.contains { $0.contains("--seed") })
  }
}
