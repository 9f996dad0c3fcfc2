import Reports
import Testing

@Suite struct BarPlotTests {
  @Test func theTopOfABarPlotIsTheLimit() throws {
    func picture(_ value: Double) -> String {
      let bar = BarPlot.Bar(value, from: value, to: value, label: "L")
      return BarPlot(title: "T", yLabel: "y", top: 8.25, series: ["s"], groups: [.init(["g"], [bar])]).svg()
    }
    func bar(_ value: Double) throws -> (y: Double, height: Double) {
      let match = try #require(picture(value).matches(of: #/y="([0-9.]+)" width="[0-9.]+" height="([0-9.]+)"\/>/#).last)
      return try (#require(Double(match.output.1)), #require(Double(match.output.2)))
    }
    let (full, half, over) = try (bar(8.25), bar(4.125), bar(80))
    #expect(abs(half.height * 2 - full.height) < 0.3 && over == full)
    // The edge's line is where the full bar ends, and has the limit's number.
    let edge = try #require(picture(8).firstMatch(of: #/<path class="lp-axis" d="M[0-9.]+ ([0-9.]+)h/#))
    #expect(Double(edge.output.1) == full.y && picture(8).contains(">8.25<"))
  }
}
