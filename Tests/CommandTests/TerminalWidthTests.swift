import Foundation
import Launching
import Testing

/// What is written fits the terminal's width.
@Suite(.serialized) struct TerminalWidthTests {
  /// What a terminal of that width is sent.
  private func screen(
    _ command: String, before: String = "true", columns: Int, term: String = "xterm"
  ) throws -> String {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let text = String(repeating: "one two three four\n", count: 200_000)
    try folder.file("t", Data(text.utf8))
    let line = "cd \(folder.path); \(before); stty cols \(columns); \(BuiltProgram("dist-train").path) \(command)"
    let run = try BuiltProgram(path: "/usr/bin/env").run(
      ["script", "-qefc", line, "/dev/null"], environment: ["TERM": term, "NO_COLOR": "1"])
    #expect(run.status == 0, "\(run.output)")
    return run.output.joined(separator: "\n").replacing("\r\n", with: "\n")
  }

  @Test(.enabled(if: TerminalTests.hasTerminals, "script is not installed"), arguments: [80, 40, 20, 8])
  func theBarFits(columns: Int) throws {
    let sent = try screen("tokenize t --out o", columns: columns)
    let bars = sent.split(separator: "\r\u{1B}[K").map { $0.prefix { $0 != "\n" && $0 != "\r" } }
      .filter { $0.contains(" %") }
    #expect(!bars.isEmpty, "\(sent)")
    #expect(bars.allSatisfy { $0.count < columns }, "\(bars)")
  }

  @Test(.enabled(if: TerminalTests.hasTerminals, "script is not installed"), arguments: [80, 60, 40])
  func theTableOfASweepFits(columns: Int) throws {
    let sweep =
      "hidden: 16\\nlr-find: false\\nepochs: 1\\nbptt: 100\\nseeds: 2\\nmetrics: [perplexity, top5]\\n"
      + "grid:\\n  model: [model2, gru]\\n  weight-decay: [1e-3, 1e-2]\\n  lr: [1e-4, 1e30]\\n"
    let sent = try screen(
      "sweep s.yaml --out o || true", before: "printf '\(sweep)' > s.yaml", columns: columns)
    let lines = sent.split(separator: "\n").filter { !$0.hasPrefix("digest ") && !$0.hasPrefix("dist-train: ") }
    #expect(lines.contains { $0.contains("model") && $0.contains("lr") && $0.contains("valid_loss") }, "\(sent)")
    #expect(lines.contains { $0.hasPrefix("*") }, "\(sent)")
    #expect(lines.allSatisfy { $0.count <= columns }, "\(lines.filter { $0.count > columns })")
  }

  @Test(.enabled(if: TerminalTests.hasTerminals, "script is not installed"))
  func noBarWhereNoLineIsDrawnOver() throws {
    #expect(try !screen("tokenize t --out o", columns: 80, term: "dumb").contains("\u{1B}"))
  }

  @Test(.enabled(if: TerminalTests.hasTerminals, "script is not installed"), arguments: [80, 60, 45, 40, 30, 24])
  func tablesAndPlotsFit(columns: Int) throws {
    let sent = try screen("--epochs 2 --out none --bptt 20", columns: columns)
    let lines = sent.split(separator: "\n").map { $0.split(separator: "\r\u{1B}[K").last ?? "" }
      .filter { !$0.hasPrefix("digest ") && !$0.hasPrefix("lr-find: ") }
    #expect(lines.contains { $0.contains(#/^1  +\d\.\d{6}/#) }, "\(sent)")
    #expect(lines.contains { $0.contains("\u{2514}") }, "a plot")
    #expect(lines.allSatisfy { $0.count <= columns }, "\(lines.filter { $0.count > columns })")
  }
}
