/// Several plots in one picture, side by side, each with axes of its own: the learning rates and momenta of a fit.
public struct PlotPanels: Sendable {
  /// The plots, from left to right.
  public var plots: [LinePlot]

  /// A picture of `plots`, of which there is at least one.
  public init(_ plots: [LinePlot]) {
    precondition(!plots.isEmpty, "no plots")
    self.plots = plots
  }

  /// The panels as one self-contained SVG document, each panel at least 240 × 160 pixels large.
  public func svg(width: Int = 1000, height: Int = 340) -> String {
    let gap = 12
    let panel = max(240, (width - gap * (plots.count - 1)) / plots.count)
    let height = max(160, height)
    let content = plots.enumerated().map { index, plot in
      let picture = SVGPicture(plot: plot, width: Double(panel), height: Double(height))
      return
        "<svg x=\"\(index * (panel + gap))\" width=\"\(panel)\" height=\"\(height)\">\n\(picture.content())</svg>\n"
    }
    return SVGDocument.text(
      title: plots.map(\.title).joined(separator: ", "), width: Double(plots.count * (panel + gap) - gap),
      height: Double(height), content.joined())
  }

  /// The panels as terminal text, one below another.
  public func terminalText(columns: Int = 80, rows: Int = 12, colors: Bool = false) -> String {
    plots.map { $0.terminalText(columns: columns, rows: rows, colors: colors) }.joined(separator: "\n")
  }
}
