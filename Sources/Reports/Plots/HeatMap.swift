internal import Files

/// A table of numbers as a picture: the better one is, the stronger its colour.
public struct HeatMap: Sendable {
  /// The heading, and the line below it.
  public var title, subtitle: String
  /// What rows and columns are, and the text of each.
  public var rowTitle, columnTitle: String
  /// The text of each row, from the top, and of each column.
  public var rows, columns: [String]
  /// (rows, columns); NaN for none.
  public var values: [[Double]]
  /// Whether lower numbers are better.
  public var lowerIsBetter: Bool

  /// A map of `values`, (rows, columns).
  public init(
    title: String, subtitle: String = "", rowTitle: String, rows: [String], columnTitle: String, columns: [String],
    values: [[Double]], lowerIsBetter: Bool
  ) {
    precondition(values.count == rows.count && values.allSatisfy { $0.count == columns.count }, "a value for each cell")
    (self.title, self.subtitle, self.rowTitle, self.columnTitle) = (title, subtitle, rowTitle, columnTitle)
    (self.rows, self.columns, self.values, self.lowerIsBetter) = (rows, columns, values, lowerIsBetter)
  }

  /// The map as a self-contained SVG document `width` pixels wide, at least 240.
  public func svg(width: Int = 760) -> String {
    let width = Double(max(240, width))
    let (margin, cellHeight) = (20.0, 34.0)
    let left = margin + 22 + (rows.map { SVGLabel.width($0) }.max() ?? 0) + 10
    let top = 44 + (subtitle.isEmpty ? 0.0 : 17) + 18
    let cellWidth = max(8, (width - margin - left) / Double(max(1, columns.count)))
    let height = top + Double(rows.count) * cellHeight + 52
    let finite = values.flatMap(\.self).filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 0)
    let best = lowerIsBetter ? low : high

    var text = "<rect class=\"lp-page\" width=\"100%\" height=\"100%\" rx=\"6\"/>\n"
    text += SVGLabel.text(title, margin, 32, "lp-title", .start)
    if !subtitle.isEmpty { text += SVGLabel.text(subtitle, margin, 51, "lp-muted", .start) }
    // As many digits as tell the cells apart.
    let decimals = high - low > 10 ? 1 : high - low > 0.1 ? 3 : 4
    for (row, name) in rows.enumerated() {
      let y = top + Double(row) * cellHeight
      text += SVGLabel.text(name, left - 8, y + cellHeight / 2 + 4, "lp-tick", .end)
      for column in columns.indices {
        let value = values[row][column]
        let x = left + Double(column) * cellWidth
        let box =
          "x=\"\(px(x + 1))\" y=\"\(px(y + 1))\" width=\"\(px(cellWidth - 2))\" height=\"\(px(cellHeight - 2))\" rx=\"3\""
        guard value.isFinite else {
          text += "<rect class=\"lp-grid\" \(box)/>\n"
          text += SVGLabel.text("none", x + cellWidth / 2, y + cellHeight / 2 + 4, "lp-tick", .middle)
          continue
        }
        let share = high > low ? (lowerIsBetter ? high - value : value - low) / (high - low) : 1
        let strength = NumberText.fixed(0.06 + 0.54 * share, decimals: 2)
        let edge = value == best ? ";stroke:var(--lp-text);stroke-width:2" : ""
        text += "<rect style=\"fill:var(--lp-c0);fill-opacity:\(strength)\(edge)\" \(box)/>\n"
        let number = NumberText.fixed(value, decimals: decimals)
        if SVGLabel.width(number) < cellWidth - 4 {
          text += SVGLabel.text(number, x + cellWidth / 2, y + cellHeight / 2 + 4, "lp-text", .middle)
        }
      }
    }
    let bottom = top + Double(rows.count) * cellHeight
    for (column, name) in columns.enumerated() where SVGLabel.width(name) < cellWidth || columns.count < 4 {
      text += SVGLabel.text(name, left + (Double(column) + 0.5) * cellWidth, bottom + 18, "lp-tick", .middle)
    }
    text += SVGLabel.text(columnTitle, left + Double(columns.count) * cellWidth / 2, height - 12, "lp-text", .middle)
    let (x, y) = (margin + 6, (top + bottom) / 2)
    text += "<g transform=\"translate(\(px(x)) \(px(y))) rotate(-90)\">"
    text += SVGLabel.text(rowTitle, 0, 0, "lp-text", .middle) + "</g>\n"
    return SVGDocument.text(title: title, width: width, height: height, text)
  }
}
