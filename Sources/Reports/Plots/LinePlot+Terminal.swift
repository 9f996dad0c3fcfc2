internal import Files

extension LinePlot {
  /// The plot as text of at most `columns` characters a line (24…80 counted, others moved there), lines in braille
  /// dots over `rows` (at least 4) rows, each line of text with its line break.
  ///
  /// Numbers at the right edge say which line is which; letters in the plot are the marks, named in the legend. With
  /// `colors` each line has its ANSI colour.
  public func terminalText(columns: Int = 80, rows: Int = 16, colors: Bool = false) -> String {
    let columns = min(max(columns, 24), 80)
    let indent = 2
    var lines = [title, subtitle]
      .flatMap { PlainText.lines(PlainText.visible($0), width: columns - indent) }.map { "  " + $0 }
    if let scales = scales() {
      let page = TerminalPage(plot: self, scales: scales, columns: columns, rows: max(4, rows), colors: colors)
      if !yAxis.label.isEmpty {
        lines.append(contentsOf: PlainText.lines(yAxis.label, width: columns - indent).map { "  " + $0 })
      }
      lines += page.body() + page.xAxisLines() + page.legend()
    } else {
      lines.append("  no finite points")
    }
    return lines.map { $0 + "\n" }.joined()
  }
}

/// The parts of a plot in terminal cells.
struct TerminalPage {
  let plot: LinePlot
  let scales: (x: AxisScale, y: AxisScale)
  /// Characters a line.
  let columns: Int
  let colors: Bool
  private let yLabels: [Int: String]
  private let labelWidth: Int
  private var canvas: BrailleCanvas
  /// The right-hand keys of the series that end in a row.
  private var keys: [Int: [Int]] = [:]

  init(plot: LinePlot, scales: (x: AxisScale, y: AxisScale), columns: Int, rows: Int, colors: Bool) {
    self.plot = plot
    self.scales = scales
    self.columns = columns
    self.colors = colors
    var yLabels: [Int: String] = [:]
    for tick in scales.y.ticks(count: max(2, rows / 3)) where !tick.label.isEmpty {
      yLabels[Self.cell(1 - scales.y.position(tick.value), of: rows)] = tick.label
    }
    self.yLabels = yLabels
    labelWidth = yLabels.values.map(\.count).max() ?? 0
    // Two blanks and the axis on the left, the keys on the right.
    let keyWidth = plot.series.count > 1 ? 1 + plot.series.count : 0
    canvas = BrailleCanvas(columns: max(10, columns - labelWidth - 4 - min(keyWidth, 10)), rows: rows)
    for (index, series) in plot.series.enumerated() {
      let stretches = plot.stretches(of: series, scales.x, scales.y, columns: canvas.columns * 2)
      for stretch in stretches {
        var previous = stretch[0]
        for point in stretch {
          canvas.line(from: previous, to: point, owner: index)
          previous = point
        }
      }
      if plot.series.count > 1, let last = stretches.last?.last, (0...1).contains(last.y) {
        keys[Self.cell(1 - last.y, of: rows), default: []].append(index)
      }
    }
  }

  /// The cell of `count` that position 0…1 falls into.
  private static func cell(_ position: Double, of count: Int) -> Int {
    Int((position * Double(count - 1)).rounded().clamped(to: 0...Double(count - 1)))
  }

  /// One line for each row of the canvas.
  func body() -> [String] {
    var letters: [[Int: Character]] = Array(repeating: [:], count: canvas.rows)
    for (letter, mark) in shownMarks() {
      let (x, y) = (scales.x.position(mark.point.x), scales.y.position(mark.point.y))
      guard (0...1).contains(x), (0...1).contains(y) else { continue }
      let row = Self.cell(1 - y, of: canvas.rows)
      let column = Self.cell(x, of: canvas.columns)
      // Of marks at one place, each goes to the nearest free cell.
      let free = (0..<canvas.columns).filter { letters[row][$0] == nil }.min { abs($0 - column) < abs($1 - column) }
      letters[row][free ?? column] = letter
    }
    return (0..<canvas.rows).map { row in
      let label = yLabels[row] ?? ""
      var line = String(repeating: " ", count: 2 + labelWidth - label.count) + label
      line += yLabels[row] == nil ? " │" : " ┤"
      var cells: [(character: Character, series: Int?)] = (0..<canvas.columns).map { column in
        if let letter = letters[row][column] { return (letter, nil) }
        let drawn = canvas.character(column: column, row: row)
        return (drawn, drawn == " " ? nil : canvas.owner(column: column, row: row))
      }
      if let ending = keys[row] {
        cells.append((" ", nil))
        for series in ending.prefix(9) { cells += "\(series + 1)".map { ($0, series) } }
      }
      while cells.last?.character == " " { cells.removeLast() }
      return line + text(cells)
    }
  }

  /// Characters with the series that they belong to as a line: neighbours of one colour share its codes.
  private func text(_ cells: [(character: Character, series: Int?)]) -> String {
    var line = ""
    var start = 0
    while start < cells.count {
      let series = cells[start].series
      let end = cells[start...].firstIndex { $0.series != series } ?? cells.count
      let part = String(cells[start..<end].map(\.character))
      line += series.map { colored(part, $0) } ?? part
      start = end
    }
    return line
  }

  /// The axis with its ticks, their labels, and what it shows.
  func xAxisLines() -> [String] {
    var axis = Array(repeating: Character("─"), count: canvas.columns)
    var labels = Array(repeating: Character(" "), count: canvas.columns + labelWidth + 4)
    let offset = labelWidth + 4
    var free = 0
    for tick in scales.x.ticks(count: max(2, canvas.columns / 9)) where !tick.label.isEmpty {
      let column = Self.cell(scales.x.position(tick.value), of: canvas.columns)
      let start = min(max(0, offset + column - tick.label.count / 2), labels.count - tick.label.count)
      axis[column] = "┬"
      guard start >= free else { continue }
      for (index, character) in tick.label.enumerated() { labels[start + index] = character }
      free = start + tick.label.count + 1
    }
    var lines = [String(repeating: " ", count: labelWidth + 3) + "└" + String(axis)]
    lines.append(String(labels))
    if !plot.xAxis.label.isEmpty {
      let text = String(plot.xAxis.label.prefix(canvas.columns))
      lines.append(String(repeating: " ", count: offset + (canvas.columns - text.count) / 2) + text)
    }
    return lines.map { line in String(line.reversed().drop { $0 == " " }.reversed()) }
  }

  /// The names of series and marks with their keys, as many to a line as fit.
  func legend() -> [String] {
    var entries: [(text: String, series: Int?)] = plot.namedSeries.enumerated().map { index, series in
      ((plot.series.count > 1 ? "\(index + 1) " : "⠒ ") + PlainText.visible(series.name), index)
    }
    for (letter, mark) in shownMarks() { entries.append(("\(letter) \(mark.label)", nil)) }
    var lines: [String] = []
    var line = ""
    var width = 0
    for entry in entries {
      let text = String(entry.text.prefix(columns - 2))
      if width > 0, width + 3 + text.count > columns {
        lines.append(line)
        (line, width) = ("", 0)
      }
      line += width > 0 ? "   " : "  "
      width += (width > 0 ? 3 : 2) + text.count
      line += entry.series.map { colored(text, $0) } ?? text
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }

  private func shownMarks() -> [(Character, LinePlot.Mark)] {
    zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", plot.marks).filter { plot.isShown($1.point) }
  }

  /// `text` in the ANSI colour of line `index`: blue, red, green, magenta, yellow, cyan.
  private func colored(_ text: String, _ index: Int) -> String {
    colors ? "\u{1B}[\([34, 31, 32, 35, 33, 36][index % 6])m\(text)\u{1B}[0m" : text
  }
}
