internal import Configuration
internal import Files

/// The table for a reader: a row for each variant, with mean ± standard deviation over its seeds. The best is marked.
///
/// Where there is too little room columns come closer; then deviations and columns are left out that say least. What is
/// judged by, and the options, stay as long as there is room for them.
struct SweepTable {
  /// A column, its title first among the cells.
  private struct Column {
    var cells: [String]
    /// Less is left out first.
    let weight: Int
    var width: Int { cells.map(\.count).max() ?? 0 }
  }

  private var columns: [Column] = []
  /// The columns of figures without deviations, by place.
  private var plain: [Int: [String]] = [:]

  init(_ results: SweepResults) {
    let best = results.best
    let variants = results.variants
    func add(_ title: String, weight: Int, _ cell: (Int, SweepResults.Variant) -> String) {
      columns.append(Column(cells: [title] + variants.enumerated().map { cell($0, $1) }, weight: weight))
    }
    add("", weight: 9) { number, _ in number == best ? "*" : "" }
    for option in results.columns { add(results.plan.options[option], weight: 7) { $1.values[option] } }
    add("runs", weight: 2) { "\($1.finished)" }
    if variants.contains(where: { $0.failed > 0 }) {
      add("failed", weight: 6) { $1.failed == 0 ? "" : "\($1.failed)" }
    }
    var figures: [(name: String, weight: Int, value: (RunOutcome) -> Double)] = [
      ("train_loss", 1, { $0.digest != nil ? $0.trainLoss : .nan })
    ]
    for figure in results.figures {
      let weight = figure == results.plan.judge ? 8 : figure.isAlwaysThere ? 5 : 4
      figures.append((figure.name, weight, { $0.value(of: figure) }))
    }
    for figure in figures {
      plain[columns.count] = [figure.name] + variants.map { Self.text($0.spread(figure.value), hasDeviation: false) }
      add(figure.name, weight: figure.weight) { Self.text($1.spread(figure.value)) }
    }
    add("seconds", weight: 0) { _, variant in
      variant.runs.isEmpty ? "" : NumberText.fixed(variant.spread(\.seconds).mean, decimals: 2)
    }
  }

  private static func text(_ spread: Spread, hasDeviation: Bool = true) -> String {
    if spread.count == 0 { return "" }
    let mean = NumberText.fixed(spread.mean, decimals: 4)
    return spread.count < 2 || !hasDeviation
      ? mean : "\(mean) ± \(NumberText.fixed(spread.deviation, decimals: 4))"
  }

  /// All of it, the header first.
  var rows: [[String]] {
    columns.first.map { first in first.cells.indices.map { row in columns.map { $0.cells[row] } } } ?? []
  }

  /// The table as text, its columns one below another.
  ///
  /// - width: characters of a line at most; nil for any number.
  func text(width: Int?) -> String {
    var columns = columns.enumerated().filter { $1.width > 0 }.map { (place: $0, column: $1) }
    var gap = 2
    func isTooWide(_ width: Int) -> Bool {
      columns.map(\.column.width).reduce(0, +) + gap * (columns.count - 1) > width
    }
    if let width {
      if isTooWide(width) { gap = 1 }
      for weight in 0...8 where isTooWide(width) {
        // The deviations go before what has a weight of its own.
        if weight == 2 {
          for index in columns.indices where isTooWide(width) {
            if let cells = plain[columns[index].place] { columns[index].column.cells = cells }
          }
        }
        while isTooWide(width), columns.count > 2, let last = columns.lastIndex(where: { $0.column.weight == weight }) {
          columns.remove(at: last)
        }
      }
    }
    let cells = columns.map { $0.column.cells }
    return (cells.first?.indices ?? 0..<0).map { row in
      var line = ""
      for (index, column) in columns.enumerated() {
        let cell = cells[index][row]
        line += cell + String(repeating: " ", count: column.column.width - cell.count + gap)
      }
      while line.hasSuffix(" ") { line.removeLast() }
      // A single option's values may be wider than the screen.
      guard let width, line.count > width else { return line }
      return PlainText.shortened(line, to: max(1, width - 1))
    }.joined(separator: "\n")
  }
}

extension SweepResults {
  /// The table for a reader.
  var table: SweepTable { SweepTable(self) }

  /// That table as text, at most so many characters wide; nil for any number.
  public func text(width: Int?) -> String { table.text(width: width) }
}
