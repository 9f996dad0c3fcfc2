internal import Files

extension LinePlot {
  /// The plot as a self-contained SVG document `width` × `height` pixels large, at least 240 × 160.
  ///
  /// Its colours follow the viewer's `prefers-color-scheme`; it needs no fonts or files of its own and no ids, so
  /// several of them may be inline in one HTML page.
  public func svg(width: Int = 760, height: Int = 440) -> String {
    let picture = SVGPicture(plot: self, width: Double(max(240, width)), height: Double(max(160, height)))
    return picture.document()
  }
}

/// The layout of one plot on an SVG canvas; all lengths in pixels.
struct SVGPicture {
  let plot: LinePlot
  let width: Double
  let height: Double
  /// The box that the curves are drawn in.
  let frame: SVGBox
  private let scales: (x: AxisScale, y: AxisScale)?
  private let xTicks: [AxisScale.Tick]
  private let yTicks: [AxisScale.Tick]
  private let titleLines: [String]
  private let subtitleLines: [String]
  private let legend: [LegendEntry]

  private struct LegendEntry {
    var name: String
    var x: Double
    var row: Int
  }

  private static let margin = 20.0
  private static let titleLineHeight = 22.0
  private static let lineHeight = 17.0
  /// The usual width of a character of the 12-pixel text.
  static let characterWidth = 6.6

  init(plot: LinePlot, width: Double, height: Double) {
    self.plot = plot
    self.width = width
    self.height = height
    let room = width - 2 * Self.margin
    titleLines = PlainText.lines(plot.title, width: Int(room / 9.2))
    subtitleLines = PlainText.lines(plot.subtitle, width: Int(room / Self.characterWidth))
    scales = plot.scales()
    yTicks = scales?.y.ticks(count: max(2, Int(height / 75))) ?? []
    let widest = yTicks.map(\.label.count).max() ?? 0
    let left = Self.margin + (plot.yAxis.label.isEmpty ? 0 : 22) + Double(widest) * Self.characterWidth + 8
    xTicks = scales?.x.ticks(count: max(2, Int((width - left) / 85))) ?? []

    var legend: [LegendEntry] = []
    var x = left
    var row = 0
    for series in plot.namedSeries {
      let entryWidth = 30 + Double(series.name.count) * Self.characterWidth + 18
      if x > left, x + entryWidth > width - Self.margin + 18 { (x, row) = (left, row + 1) }
      legend.append(LegendEntry(name: series.name, x: x, row: row))
      x += entryWidth
    }
    self.legend = legend
    let legendHeight = legend.isEmpty ? 0 : Double(row + 1) * Self.lineHeight + 8
    let top =
      16 + Double(titleLines.count) * Self.titleLineHeight + Double(subtitleLines.count) * Self.lineHeight
      + legendHeight + 8
    let bottom = height - (plot.xAxis.label.isEmpty ? 34 : 52)
    frame = SVGBox(x: left, y: top, width: width - Self.margin - left, height: max(40, bottom - top))
  }

  func document() -> String {
    SVGDocument.text(title: plot.title, width: width, height: height, content())
  }

  /// The elements of the document, from its upper left corner on.
  func content() -> String {
    var text = "<rect class=\"lp-page\" width=\"100%\" height=\"100%\" rx=\"6\"/>\n"
    text += heading() + legendText() + axes()
    if let scales {
      text += curves(scales) + marks(scales)
    } else {
      text += label("no finite points", frame.x + frame.width / 2, frame.y + frame.height / 2, "lp-muted", .middle)
    }
    return text
  }

  private func heading() -> String {
    var text = ""
    var y = 16.0
    for line in titleLines {
      y += Self.titleLineHeight
      text += label(line, Self.margin, y - 6, "lp-title", .start)
    }
    for line in subtitleLines {
      y += Self.lineHeight
      text += label(line, Self.margin, y - 4, "lp-muted", .start)
    }
    return text
  }

  private func legendText() -> String {
    let rows = (legend.last?.row ?? 0) + 1
    let top = frame.y - 8 - Double(rows) * Self.lineHeight
    var text = ""
    for (index, entry) in legend.enumerated() {
      let y = top + (Double(entry.row) + 0.5) * Self.lineHeight
      let stroke = "class=\"\(style(index))\""
      text += "<path \(stroke) d=\"M\(px(entry.x)) \(px(y))h22\"/>\n"
      text += label(entry.name, entry.x + 30, y + 4, "lp-text", .start)
    }
    return text
  }

  private func axes() -> String {
    var text = ""
    for tick in yTicks {
      let y = frame.y + frame.height * (1 - (scales?.y.position(tick.value) ?? 0))
      guard !tick.label.isEmpty else {
        text += "<path class=\"lp-axis\" d=\"M\(px(frame.x)) \(px(y))h-3\"/>\n"
        continue
      }
      text += "<path class=\"lp-grid\" d=\"M\(px(frame.x)) \(px(y))h\(px(frame.width))\"/>\n"
      text += label(tick.label, frame.x - 8, y + 4, "lp-tick", .end)
    }
    for tick in xTicks {
      let x = frame.x + frame.width * (scales?.x.position(tick.value) ?? 0)
      guard !tick.label.isEmpty else {
        text += "<path class=\"lp-axis\" d=\"M\(px(x)) \(px(frame.bottom))v3\"/>\n"
        continue
      }
      text += "<path class=\"lp-grid\" d=\"M\(px(x)) \(px(frame.y))v\(px(frame.height))\"/>\n"
      text += "<path class=\"lp-axis\" d=\"M\(px(x)) \(px(frame.bottom))v5\"/>\n"
      text += label(tick.label, x, frame.bottom + 19, "lp-tick", .middle)
    }
    text += "<path class=\"lp-axis\" d=\"M\(px(frame.x)) \(px(frame.y))v\(px(frame.height))h\(px(frame.width))\"/>\n"
    if !plot.xAxis.label.isEmpty {
      text += label(plot.xAxis.label, frame.x + frame.width / 2, height - 14, "lp-text", .middle)
    }
    if !plot.yAxis.label.isEmpty {
      let (x, y) = (Self.margin + 6, frame.y + frame.height / 2)
      text += "<g transform=\"translate(\(px(x)) \(px(y))) rotate(-90)\">"
      text += label(plot.yAxis.label, 0, 0, "lp-text", .middle) + "</g>\n"
    }
    return text
  }

  /// The curves in an inner viewport that cuts off what lies beyond the frame.
  private func curves(_ scales: (x: AxisScale, y: AxisScale)) -> String {
    let origin = "x=\"\(px(frame.x))\" y=\"\(px(frame.y))\""
    var text = "<svg \(origin) width=\"\(px(frame.width))\" height=\"\(px(frame.height))\">\n"
    for (index, series) in plot.series.enumerated() {
      var path = ""
      for stretch in plot.stretches(of: series, scales.x, scales.y, columns: Int(frame.width)) {
        for (position, point) in stretch.enumerated() {
          let place = "\(px(frame.width * point.x)) \(px(frame.height * (1 - point.y)))"
          path += position == 0 ? "M\(place)" : "L\(place)"
        }
        // A round cap makes a dot of a line without length.
        if stretch.count == 1 { path += "h0" }
      }
      guard !path.isEmpty else { continue }
      text +=
        "<path class=\"\(style(index))\" d=\"\(path)\"><title>\(PlainText.escapedForXML(series.name))</title></path>\n"
    }
    return text + "</svg>\n" + dots(scales)
  }

  /// The dots on points of series that have them; over the frame's edge they are whole.
  private func dots(_ scales: (x: AxisScale, y: AxisScale)) -> String {
    var text = ""
    for (index, series) in plot.series.enumerated() where series.hasDots {
      let places = series.points.filter { plot.isShown($0) }.map { place($0, scales) }.filter { frame.contains($0) }
      // A round cap makes a dot of a line without length.
      let path = places.map { "M\(px($0.x)) \(px($0.y))h0" }.joined()
      text += "<path class=\"\(style(index)) lp-dots\" d=\"\(path)\"/>\n"
    }
    return text
  }

  /// Where a point of the plot lies on the canvas.
  private func place(_ point: LinePlot.Point, _ scales: (x: AxisScale, y: AxisScale)) -> LinePlot.Point {
    LinePlot.Point(
      x: frame.x + frame.width * scales.x.position(point.x),
      y: frame.y + frame.height * (1 - scales.y.position(point.y)))
  }

  private func marks(_ scales: (x: AxisScale, y: AxisScale)) -> String {
    let marks = plot.marks.filter { plot.isShown($0.point) }
    let places = marks.map { place($0.point, scales) }
    let stretches = plot.series.flatMap { series in
      plot.stretches(of: series, scales.x, scales.y, columns: Int(frame.width)).map { stretch in
        stretch.map { LinePlot.Point(x: frame.x + frame.width * $0.x, y: frame.y + frame.height * (1 - $0.y)) }
      }
    }
    // Labels keep off the curves and the lines that drop from the marks to the axis.
    let drops = zip(marks, places).filter { $0.0.dropsToAxis }.map {
      [$0.1, LinePlot.Point(x: $0.1.x, y: frame.bottom)]
    }
    var placement = LabelPlacement(
      frame: frame, obstacles: (stretches + drops).flatMap { $0.interpolated(every: 6) }, marks: places)
    var text = ""
    var labels = ""
    for (mark, at) in zip(marks, places) where frame.contains(at) {
      if mark.dropsToAxis {
        text += "<path class=\"lp-drop\" d=\"M\(px(at.x)) \(px(at.y))V\(px(frame.bottom))\"/>\n"
      }
      text += "<circle class=\"lp-mark\" cx=\"\(px(at.x))\" cy=\"\(px(at.y))\" r=\"4.5\"/>\n"
      let width = Double(mark.label.count) * Self.characterWidth
      let box = placement.place(width: width, height: 15, at: at)
      labels += label(mark.label, box.x + box.width / 2, box.bottom - 3.5, "lp-label", .middle)
    }
    return text + labels
  }

  /// The classes of line `index`.
  private func style(_ index: Int) -> String {
    "lp-line lp-\(SVGStyle.colour(index))\(plot.series[index].isFaint ? " lp-faint" : "")"
  }

  private enum Anchor: String { case start, middle, end }

  private func label(_ text: String, _ x: Double, _ y: Double, _ style: String, _ anchor: Anchor) -> String {
    let place = "x=\"\(px(x))\" y=\"\(px(y))\" text-anchor=\"\(anchor.rawValue)\""
    return "<text class=\"\(style)\" \(place)>\(PlainText.escapedForXML(text))</text>\n"
  }
}

/// A length in pixels as SVG has it: at most one decimal.
func px(_ length: Double) -> String {
  let text = NumberText.fixed(length, decimals: 1)
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
