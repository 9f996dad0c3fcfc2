/// The look of the SVG plots: one style sheet with the light colours and, for viewers that prefer it, the dark ones.
enum SVGStyle {
  /// Line colours, told apart also by readers with colour blindness: (on light, on dark).
  private static let lines = [
    ("#1f6fd6", "#6aa9ff"), ("#d9541a", "#ff9057"), ("#14885a", "#4cc796"), ("#8247c5", "#c194ff"),
    ("#a87b00", "#e6bd3f"), ("#c02c6a", "#ff7fb0"),
  ]

  /// The name of the colour of line `index`; the colours repeat.
  static func colour(_ index: Int) -> String { "c\(index % lines.count)" }

  /// The rules, each within an element of class `lp`, so that they leave the rest of a page alone.
  static let sheet: String = {
    let light = variables(
      page: "#ffffff", text: "#1c2128", muted: "#57606a", axis: "#8c959f", grid: "#e7eaee", lines: lines.map(\.0))
    let dark = variables(
      page: "#15181d", text: "#e6e9ee", muted: "#a0a8b3", axis: "#6b7480", grid: "#2a2f37", lines: lines.map(\.1))
    let colours = lines.indices.map { ".lp-c\($0){stroke:var(--lp-c\($0))}\n" }.joined()
    return """
      .lp{\(light)color-scheme:light dark}
      @media screen and (prefers-color-scheme:dark){.lp{\(dark)}}
      .lp text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif}
      .lp .lp-title{font-size:16px;font-weight:600;fill:var(--lp-text)}
      .lp-page{fill:var(--lp-page)}
      .lp-text{fill:var(--lp-text)}
      .lp-muted{fill:var(--lp-muted)}
      .lp .lp-tick{fill:var(--lp-muted);font-variant-numeric:tabular-nums}
      .lp-axis{fill:none;stroke:var(--lp-axis)}
      .lp-grid{fill:none;stroke:var(--lp-grid)}
      .lp-drop{fill:none;stroke:var(--lp-muted);stroke-dasharray:3 4}
      .lp-line{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
      .lp-dots{stroke-width:6.5}
      .lp-faint{stroke-width:1;stroke-opacity:.5}
      .lp-mark{fill:var(--lp-page);stroke:var(--lp-text);stroke-width:2}
      .lp-label{fill:var(--lp-text);stroke:var(--lp-page);stroke-width:4px;stroke-linejoin:round;paint-order:stroke}
      \(colours)
      """
  }()

  private static func variables(
    page: String, text: String, muted: String, axis: String, grid: String, lines: [String]
  ) -> String {
    var result = "--lp-page:\(page);--lp-text:\(text);--lp-muted:\(muted);--lp-axis:\(axis);--lp-grid:\(grid);"
    for (index, line) in lines.enumerated() { result += "--lp-c\(index):\(line);" }
    return result
  }
}
