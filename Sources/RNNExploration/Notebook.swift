import Training

/// The notebook while it runs: it prints each cell's text, code and outputs, and keeps them for the page.
final class Notebook {
  /// The cells that have been started.
  private(set) var cells: [Cell] = []
  private let isShown: Bool
  private let isPrinted: Bool
  private let source: CellSource
  private let clock = ContinuousClock()
  private var start: ContinuousClock.Instant

  /// - isShown: whether this process shows the cells; all of a job's processes run them.
  /// - isPrinted: whether it prints them.
  init(isShown: Bool, isPrinted: Bool) {
    self.isShown = isShown
    self.isPrinted = isShown && isPrinted
    source = CellSource(isShown ? String(decoding: PackageResources.Exploration_source, as: UTF8.self) : "")
    start = clock.now
  }

  /// Starts the cell in whose source line this is called.
  func cell(line: Int = #line) {
    endCell()
    guard isShown else { return }
    guard let cell = source.cells[line] else { preconditionFailure("line \(line) of the source starts no cell") }
    cells.append(cell)
    guard isPrinted else { return }
    if !cell.text.isEmpty { print("\n\(Markdown.plain(cell.text))") }
    if !cell.code.isEmpty { print("\n" + cell.code.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")) }
  }

  /// Notes how long the cell that has run took.
  func endCell() {
    let now = clock.now
    if !cells.isEmpty { cells[cells.count - 1].seconds = (now - start) / .seconds(1) }
    start = now
  }

  /// Shows a line of text.
  func show(_ text: String) { add(.text(text), printed: text) }

  /// Shows a value's description.
  func show(_ value: some Any) { show("\(value)") }

  /// Shows a batch, one row a stream.
  func show(_ batch: BatchTable) { add(.batch(batch), printed: batch.description) }

  /// Shows plots side by side; on a terminal one below another.
  func show(_ plots: LinePlot...) {
    guard isShown else { return }
    add(.plots(plots), printed: isPrinted ? plots.map { $0.terminalText(rows: 12) }.joined(separator: "\n") : "")
  }

  /// Shows a table: a header, then rows of as many cells.
  func show(_ rows: [[String]]) {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      row.indices.map {
        $0 == row.count - 1 ? row[$0] : row[$0] + String(repeating: " ", count: widths[$0] - row[$0].count)
      }
      .joined(separator: "  ")
    }
    add(.table(rows), printed: lines.joined(separator: "\n"))
  }

  /// Shows the next line of a learner's table, cells with spaces between them.
  func tableRow(_ line: String) {
    guard isShown else { return }
    if isPrinted { print(line) }
    let row = line.split(separator: " ").map { String($0) }
    if case .table(let rows)? = cells[cells.count - 1].outputs.last {
      cells[cells.count - 1].outputs.removeLast()
      cells[cells.count - 1].outputs.append(.table(rows + [row]))
    } else {
      cells[cells.count - 1].outputs.append(.table([row]))
    }
  }

  private func add(_ output: Cell.Output, printed: String) {
    guard isShown else { return }
    cells[cells.count - 1].outputs.append(output)
    if isPrinted { print(printed) }
  }
}
