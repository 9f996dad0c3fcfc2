internal import Files

/// Groups of upright bars below a limit, which is the upper edge of the plot.
public struct BarPlot: Picture {
  /// A value between two others, which are a thin line over its bar.
  public struct Bar: Sendable {
    /// The bar's height and the ends of the line.
    public var value, lower, upper: Double
    /// The text above.
    public var label: String

    /// A bar with its text.
    public init(_ value: Double, from lower: Double, to upper: Double, label: String) {
      (self.value, self.lower, self.upper, self.label) = (value, lower, upper, label)
    }
  }

  /// Bars side by side.
  public struct Group: Sendable {
    /// The lines of text below.
    public var lines: [String]
    /// A bar for each of the plot's series.
    public var bars: [Bar]

    /// Bars, one for each series, over lines of text.
    public init(_ lines: [String], _ bars: [Bar]) { (self.lines, self.bars) = (lines, bars) }
  }

  /// The heading, and the line below it.
  public var title, subtitle: String
  /// The text along the vertical axis, which begins at zero.
  public var yLabel: String
  /// The value at the upper edge, above zero.
  public var top: Double
  /// A value that a broken line goes through, and its name.
  public var level: (name: String, value: Double)?
  /// What the bars of each group are.
  public var series: [String]
  /// From left to right.
  public var groups: [Group]

  /// A plot of groups that have a bar for each of `series`.
  public init(
    title: String, subtitle: String = "", yLabel: String, top: Double, level: (name: String, value: Double)? = nil,
    series: [String], groups: [Group]
  ) {
    precondition(groups.allSatisfy { $0.bars.count == series.count }, "a bar for each series")
    (self.title, self.subtitle, self.yLabel, self.top, self.level) = (title, subtitle, yLabel, top, level)
    (self.series, self.groups) = (series, groups)
  }

  /// The plot as a self-contained SVG document, at least 240 × 200 pixels large.
  public func svg(width: Int = 560, height: Int = 350) -> String {
    BarPicture(self, width: Double(max(240, width)), height: Double(max(200, height))).document
  }
}

/// The layout of a bar plot; all lengths in pixels.
private struct BarPicture {
  private let plot: BarPlot
  private let width, height: Double
  private let scale: AxisScale
  private let ticks: [AxisScale.Tick]
  private let frame: SVGBox
  private let margin = 20.0
  private let lineHeight = 17.0

  init(_ plot: BarPlot, width: Double, height: Double) {
    (self.plot, self.width, self.height) = (plot, width, height)
    scale = AxisScale(LinePlot.Axis("", range: 0...max(plot.top, 1e-9)), values: [0], padding: 0)
    let edge = AxisScale.Tick(value: plot.top, label: NumberText.significant(plot.top))
    // The edge has its own number; a tick just below it would run into that.
    ticks = scale.ticks(count: max(2, Int(height / 75))).filter { $0.value < 0.94 * plot.top } + [edge]
    let widest = ticks.map { SVGLabel.width($0.label) }.max() ?? 0
    let left = margin + 22 + widest + 8
    let texts = PlainText.lines(plot.subtitle, width: Int((width - 2 * margin) / SVGPicture.characterWidth))
    let legend = Self.legend(plot, left: left, right: width - margin)
    let rows = (legend.last?.row ?? 0) + 1
    let top = 44 + lineHeight * Double(plot.subtitle.isEmpty ? 0 : texts.count) + lineHeight * Double(rows) + 14
    let below = lineHeight * Double(plot.groups.map(\.lines.count).max() ?? 0) + 14
    frame = SVGBox(x: left, y: top, width: width - margin - left, height: max(40, height - below - top))
  }

  var document: String {
    var text = "<rect class=\"lp-page\" width=\"100%\" height=\"100%\" rx=\"6\"/>\n"
    text += SVGLabel.text(plot.title, margin, 32, "lp-title", .start)
    var y = 51.0
    if !plot.subtitle.isEmpty {
      for line in PlainText.lines(plot.subtitle, width: Int((width - 2 * margin) / SVGPicture.characterWidth)) {
        text += SVGLabel.text(line, margin, y, "lp-muted", .start)
        y += lineHeight
      }
    }
    text += legend(from: y - 4) + axis() + bars()
    if let level = plot.level {
      text += "<path class=\"lp-drop\" style=\"stroke:var(--lp-text)\" d=\"M\(px(frame.x)) \(px(place(level.value)))"
      text += "h\(px(frame.width))\"><title>\(PlainText.escapedForXML(level.name))</title></path>\n"
    }
    return SVGDocument.text(title: plot.title, width: width, height: height, text)
  }

  /// Where a value lies, within the frame.
  private func place(_ value: Double) -> Double {
    frame.bottom - frame.height * scale.position(value.clamped(to: 0...plot.top))
  }

  /// The legend's entries, in rows that fit.
  private static func legend(
    _ plot: BarPlot, left: Double, right: Double
  ) -> [(name: String, x: Double, row: Int)] {
    var (x, row) = (left, 0)
    return (plot.series + (plot.level.map { [$0.name] } ?? [])).map { name in
      let width = 20 + SVGLabel.width(name) + 14
      if x > left, x + width > right + 14 { (x, row) = (left, row + 1) }
      defer { x += width }
      return (name, x, row)
    }
  }

  private func legend(from top: Double) -> String {
    var text = ""
    for (index, entry) in Self.legend(plot, left: frame.x, right: width - margin).enumerated() {
      let y = top + (Double(entry.row) + 0.5) * lineHeight
      text +=
        index < plot.series.count
        ? "<rect style=\"\(fill(index))\" x=\"\(px(entry.x))\" y=\"\(px(y - 5))\" width=\"12\" height=\"10\" rx=\"2\"/>\n"
        : "<path class=\"lp-drop\" style=\"stroke:var(--lp-text)\" d=\"M\(px(entry.x)) \(px(y))h14\"/>\n"
      text += SVGLabel.text(entry.name, entry.x + 20, y + 4, "lp-text", .start)
    }
    return text
  }

  private func axis() -> String {
    var text = ""
    for tick in ticks {
      let y = place(tick.value)
      let style = tick.value == plot.top ? "lp-axis" : "lp-grid"
      text += "<path class=\"\(style)\" d=\"M\(px(frame.x)) \(px(y))h\(px(frame.width))\"/>\n"
      text += SVGLabel.text(tick.label, frame.x - 8, y + 4, "lp-tick", .end)
    }
    text += "<path class=\"lp-axis\" d=\"M\(px(frame.x)) \(px(frame.y))v\(px(frame.height))h\(px(frame.width))\"/>\n"
    let (x, y) = (margin + 6, frame.y + frame.height / 2)
    text += "<g transform=\"translate(\(px(x)) \(px(y))) rotate(-90)\">"
    return text + SVGLabel.text(plot.yLabel, 0, 0, "lp-text", .middle) + "</g>\n"
  }

  private func bars() -> String {
    let room = frame.width / Double(max(1, plot.groups.count))
    let bar = min(44, (room - 12) / Double(max(1, plot.series.count)))
    var text = ""
    var labels = ""
    for (number, group) in plot.groups.enumerated() {
      let middle = frame.x + (Double(number) + 0.5) * room
      for (index, value) in group.bars.enumerated() {
        let x = middle + (Double(index) - Double(plot.series.count) / 2) * bar
        let y = place(value.value)
        text += "<rect style=\"\(fill(index))\" x=\"\(px(x + 1))\" y=\"\(px(y))\" width=\"\(px(max(1, bar - 2)))\" "
        text += "height=\"\(px(frame.bottom - y))\"/>\n"
        let (center, high) = (x + bar / 2, place(value.upper))
        text += "<path class=\"lp-axis\" style=\"stroke:var(--lp-text)\" d=\"M\(px(center)) \(px(place(value.lower)))"
        text += "V\(px(high))\"/>\n"
        // Within the frame, over the edge's line where the bar reaches it.
        labels += SVGLabel.text(value.label, center, max(frame.y + 13, min(y, high) - 5), "lp-label", .middle)
      }
      for (row, line) in group.lines.enumerated() {
        let y = frame.bottom + 17 + Double(row) * lineHeight
        text += SVGLabel.text(line, middle, y, row == 0 ? "lp-text" : "lp-tick", .middle)
      }
    }
    return text + labels
  }

  private func fill(_ index: Int) -> String { "fill:var(--lp-\(SVGStyle.colour(index)))" }
}
