/// The cells that the notebook's own source consists of.
///
/// Each call of `cell()` on a line of its own starts a cell, whose code goes on to the next one or to the method's
/// closing brace. Full-line comments right before the call are the cell's text, in Markdown.
struct CellSource {
  /// A cell's text and code by the line, from 1 on, of its `cell()`.
  let cells: [Int: Cell]

  /// Reads the cells out of a source file.
  init(_ source: String) {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    let starts = lines.indices.filter { Self.trimmed(lines[$0]) == "cell()" }
    var cells: [Int: Cell] = [:]
    for (position, start) in starts.enumerated() {
      let end =
        position + 1 < starts.count
        ? Self.commentStart(lines, before: starts[position + 1])
        : lines[start...].firstIndex { $0 == "  }" } ?? lines.count
      let text = lines[Self.commentStart(lines, before: start)..<start].map {
        String(Self.trimmed($0).dropFirst(2).drop { $0 == " " })
      }
      cells[start + 1] = Cell(
        text: text.joined(separator: "\n"), code: Self.dedented(Array(lines[(start + 1)..<end])))
    }
    self.cells = cells
  }

  /// The first of the comment lines that end right before `line`.
  private static func commentStart(_ lines: [String], before line: Int) -> Int {
    var start = line
    while start > 0, trimmed(lines[start - 1]).hasPrefix("//") { start -= 1 }
    return start
  }

  private static func trimmed(_ line: String) -> String {
    String(line.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  /// The lines without empty ones at the ends and without the indentation they share.
  private static func dedented(_ lines: [String]) -> String {
    var lines = lines.map { trimmed($0).isEmpty ? "" : $0 }[...]
    while lines.first == "" { lines.removeFirst() }
    while lines.last == "" { lines.removeLast() }
    let indents = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }
    return lines.map { String($0.dropFirst(indents.min() ?? 0)) }.joined(separator: "\n")
  }
}
