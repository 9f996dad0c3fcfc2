internal import Files

/// Lines over several upright axes, one for each thing, such as a run: where it crosses an axis is its value there.
public struct ParallelCoordinates: Sendable {
  /// An upright axis.
  public struct Axis: Sendable {
    /// The text above it.
    public var label: String
    /// The values' names from below, where they are few: a value is then the place of one; nil for numbers.
    public var names: [String]?
    /// How numbers spread along it.
    public var scale: LinePlot.Scale

    /// An axis of numbers, or of named values.
    public init(_ label: String, names: [String]? = nil, scale: LinePlot.Scale = .linear) {
      (self.label, self.names, self.scale) = (label, names, scale)
    }
  }

  /// How a line is set off.
  public enum Rank: Int, Sendable {
    /// One of many.
    case other
    /// One of the good ones.
    case good
    /// The best.
    case best
  }

  /// A line.
  public struct Line: Sendable {
    /// What a reader's pointer shows.
    public var name: String
    /// Its value on each axis; NaN for none, which interrupts it.
    public var values: [Double]
    /// How it is set off.
    public var rank: Rank

    /// The line through `values`, one for each axis.
    public init(_ name: String, _ values: [Double], rank: Rank = .other) {
      (self.name, self.values, self.rank) = (name, values, rank)
    }
  }

  /// The heading, and the line below it.
  public var title, subtitle: String
  /// The axes from left to right.
  public var axes: [Axis]
  /// The lines.
  public var lines: [Line]

  /// A picture of `lines`, each with a value for each of the axes, of which there are at least two.
  public init(title: String, subtitle: String = "", axes: [Axis], lines: [Line]) {
    precondition(axes.count > 1, "fewer than two axes")
    precondition(lines.allSatisfy { $0.values.count == axes.count }, "a value for each axis")
    (self.title, self.subtitle, self.axes, self.lines) = (title, subtitle, axes, lines)
  }

  /// The picture as a self-contained SVG document, at least 240 × 160 pixels large.
  public func svg(width: Int = 760, height: Int = 440) -> String {
    let (width, full) = (Double(max(240, width)), Double(max(160, height)))
    let margin = 20.0
    let top = 44 + (subtitle.isEmpty ? 0.0 : 17) + 34
    let bottom = full - 28
    let scales = axes.indices.map { scale($0) }
    let left = margin + 12 + (axes[0].names?.map { SVGLabel.width($0) }.max() ?? 48)
    let right = width - margin - 56
    func place(_ axis: Int) -> Double { left + (right - left) * Double(axis) / Double(axes.count - 1) }
    func level(_ axis: Int, _ value: Double) -> Double? {
      guard let scale = scales[axis], value.isFinite, axes[axis].scale == .linear || value > 0 else { return nil }
      return bottom - (bottom - top) * scale.position(value)
    }

    var text = "<rect class=\"lp-page\" width=\"100%\" height=\"100%\" rx=\"6\"/>\n"
    text += SVGLabel.text(title, margin, 32, "lp-title", .start)
    if !subtitle.isEmpty { text += SVGLabel.text(subtitle, margin, 51, "lp-muted", .start) }
    for line in lines.enumerated().sorted(by: {
      ($0.element.rank.rawValue, $0.offset) < ($1.element.rank.rawValue, $1.offset)
    })
    .map(\.element) {
      var path = ""
      var isOpen = false
      for (axis, value) in line.values.enumerated() {
        guard let y = level(axis, value) else {
          isOpen = false
          continue
        }
        path += "\(isOpen ? "L" : "M")\(px(place(axis))) \(px(y))"
        isOpen = true
      }
      guard !path.isEmpty else { continue }
      text += "<path \(style(line.rank)) d=\"\(path)\"><title>\(PlainText.escapedForXML(line.name))</title></path>\n"
    }
    for (axis, description) in axes.enumerated() {
      let x = place(axis)
      text += "<path class=\"lp-axis\" d=\"M\(px(x)) \(px(top))V\(px(bottom))\"/>\n"
      let isEnd = axis == 0 ? SVGLabel.Anchor.start : axis == axes.count - 1 ? .end : .middle
      let shift = axis == 0 ? -min(left - margin, 20) : axis == axes.count - 1 ? 56 : 0
      text += SVGLabel.text(description.label, x + shift, top - 14, "lp-text", isEnd)
      for tick in ticks(axis, scales[axis]) {
        guard let y = level(axis, tick.value) else { continue }
        text += "<path class=\"lp-axis\" d=\"M\(px(x - 3)) \(px(y))h6\"/>\n"
        // The first axis' names lie outside of the lines.
        let (side, anchor) = axis == 0 ? (x - 8, SVGLabel.Anchor.end) : (x + 8, .start)
        text += SVGLabel.text(tick.label, side, y + 4, "lp-label", anchor)
      }
    }
    return SVGDocument.text(title: title, width: width, height: full, text)
  }

  private func style(_ rank: Rank) -> String {
    switch rank {
    case .other: "class=\"lp-line\" style=\"stroke:var(--lp-muted);stroke-opacity:.35;stroke-width:1.2\""
    case .good: "class=\"lp-line lp-c0\" style=\"stroke-opacity:.75\""
    case .best: "class=\"lp-line lp-c1\" style=\"stroke-width:2.6\""
    }
  }

  /// The mapping of an axis; nil where it has no values.
  private func scale(_ axis: Int) -> AxisScale? {
    if let names = axes[axis].names {
      return AxisScale(LinePlot.Axis("", range: -0.3...(Double(names.count) - 0.7)), values: [0], padding: 0)
    }
    let values = lines.map { $0.values[axis] }.filter { $0.isFinite && (axes[axis].scale == .linear || $0 > 0) }
    return values.isEmpty ? nil : AxisScale(LinePlot.Axis("", axes[axis].scale), values: values, padding: 0.04)
  }

  private func ticks(_ axis: Int, _ scale: AxisScale?) -> [AxisScale.Tick] {
    if let names = axes[axis].names {
      return names.enumerated().map { AxisScale.Tick(value: Double($0), label: $1) }
    }
    return (scale?.ticks(count: 6) ?? []).filter { !$0.label.isEmpty }
  }
}
