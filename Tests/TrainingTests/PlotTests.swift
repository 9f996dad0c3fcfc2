import Foundation
import Testing

@testable import Data
@testable import Fitting
@testable import Kernels
@testable import Models
@testable import Reports
@testable import Runs
@testable import Tokenization
import Training

@Suite struct PlotTests {
  /// A curve that falls slowly, then steeply, and blows up at its end, as the LR finder leaves it.
  private func curve() -> LearningRateCurve {
    var curve = LearningRateCurve()
    for step in 0..<90 {
      let rate = 1e-7 * pow(10, 8 * Double(step) / 100)
      let loss = step < 40 ? 3.8 : step < 75 ? 3.8 - 0.02 * Double(step - 40) : 3.1 * pow(1.12, Double(step - 75))
      curve.learningRates.append(rate)
      curve.losses.append(loss)
      curve.smoothedLosses.append(loss)
    }
    return curve
  }

  /// Every element of a document by name, with its attributes; fails where the document is not well-formed.
  private func elements(_ svg: String) throws -> [String: [[String: String]]] {
    var elements: [String: [[String: String]]] = [:]
    var open: [Substring] = []
    for match in svg.matches(of: /<(\/?)([a-z]+)((?:\s+[a-zA-Z-]+="[^"<&]*(?:&[a-z]+;[^"<&]*)*")*)\s*(\/?)>/) {
      let (_, close, name, attributes, empty) = match.output
      if !close.isEmpty {
        try #require(open.popLast() == name)
        continue
      }
      if empty.isEmpty { open.append(name) }
      let pairs = attributes.matches(of: /([a-zA-Z-]+)="([^"]*)"/).map { (String($0.output.1), String($0.output.2)) }
      elements[String(name), default: []].append(try Dictionary(pairs) { _, _ in throw CocoaError(.coderInvalidValue) })
    }
    #expect(open.isEmpty)
    let rest = svg.replacing(/<[^<>]*>/, with: "").replacing(/&(amp|lt|gt|quot);/, with: "")
    #expect(!rest.contains { "<>&".contains($0) })
    return elements
  }

  @Test func theFindersCurveLeavesOutWhatFastaiDoes() throws {
    let curve = curve()
    let plot = curve.plot("model3, hidden 64")
    #expect(plot.subtitle == "model3, hidden 64")
    #expect(plot.xAxis.scale == .logarithmic)
    let points = try #require(plot.series.first?.points)
    #expect(points.map(\.x) == Array(curve.learningRates[10..<85]))
    // The end is above the axis, which leaves room over what comes before the minimum.
    let range = try #require(plot.yAxis.range)
    #expect(range.upperBound > 3.8 && range.upperBound < 4.1)
    #expect(range.lowerBound < 3.1)
    // All three marks lie on the curve.
    #expect(plot.marks.count == 3)
    for mark in plot.marks {
      let near = points.filter { abs(log10($0.x / mark.point.x)) <= 0.0801 }.map(\.y)
      #expect(near.min()! <= mark.point.y && mark.point.y <= near.max()!, "\(mark.label)")
    }
    #expect(plot.marks[2].label == "minimum/10 \(NumberText.significant(curve.learningRates[75] / 10))")
  }

  @Test func aCurveOfFewPointsIsStillAPlot() throws {
    #expect(LearningRateCurve().plot().terminalText().contains("no finite points"))
    _ = try elements(LearningRateCurve().plot().svg())
    var short = LearningRateCurve()
    (short.learningRates, short.losses, short.smoothedLosses) = ([1e-7, 1e-6], [3, 2], [3, 2])
    #expect(short.plot().series[0].points.count == 2)
    #expect(short.plot().marks.isEmpty)
  }

  @Test func picturesAreWellFormedAndWithinTheirSize() throws {
    let losses = LinePlot.losses(
      smoothedLosses: (0..<500).map { 3 * exp(-Double($0) / 100) + 1 }, valid: [(250, 2), (500, 1.5)],
      configuration: "a < b & \"c\"")
    let elements = try elements(losses.svg(width: 600, height: 300))
    #expect(elements["svg"]?.first?["width"] == "600")
    #expect(elements["svg"]?.first?["viewBox"] == "0 0 600 300")
    for text in elements["text"] ?? [] {
      if let x = text["x"].flatMap(Double.init), let y = text["y"].flatMap(Double.init) {
        #expect((0...600).contains(x) && (0...300).contains(y))
      }
    }
    // A dot for each validation, the last at the frame's edge included.
    let dots = try #require(elements["path"]?.first { $0["class"]?.contains("lp-dots") ?? false }?["d"])
    #expect(dots.split(separator: "M").count == 2)
  }

  @Test func panelsStandSideBySide() throws {
    let panels = PlotPanels([.learningRates([1, 2, 3]), .momenta([0.95, 0.85, 0.95])])
    let elements = try elements(panels.svg(width: 1000, height: 300))
    #expect(elements["style"]?.count == 1)
    #expect(elements["svg"]?.filter { $0["height"] == "300" }.compactMap { $0["x"] } == ["0", "506"])
    #expect(elements["svg"]?.first?["width"] == "1000")
    let text = panels.terminalText()
    #expect(text.contains("Learning rate") && text.contains("Momentum"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func theRecorderDrawsWhatItHolds() throws {
    let data = try LanguageModelData(.humanNumbers, batchSize: 64, bptt: 70)
    let learn = try Learner(data, .model3, metrics: [.accuracy], hidden: 8)
    learn.output = { _ in }
    try learn.findLearningRate(iterations: 20)
    try learn.fitOneCycle(2, maxLearningRate: 1e-3)
    let recorder = learn.recorder
    let losses = recorder.plotLosses()
    #expect(losses.series[0].points.map(\.y) == recorder.smoothedLosses)
    #expect(losses.series[1].points.map(\.x) == [12, 24])
    #expect(losses.series[1].points.map(\.y) == recorder.validLosses)
    #expect(losses.subtitle == "model3, hidden 8, 64 streams × bptt 70, seed 42")
    let schedule = recorder.plotSchedule().plots.map { $0.series[0].points.map(\.y) }
    #expect(schedule == [recorder.learningRates, recorder.momenta])
    #expect(recorder.plotMetrics().series.map(\.name) == ["accuracy"])
    #expect(recorder.plotMetrics().series[0].points.map(\.y) == recorder.metricValues.map { $0[0] })
    #expect(recorder.plot().series[0].points.isEmpty == false)
  }

  @Test func coloursChangeNothingElse() {
    let plot = LinePlot(
      title: "t", xAxis: .init("x"), yAxis: .init("y"),
      series: [.init("one", y: [1, 2, 3]), .init("two", y: [3, 1, 2])],
      marks: [.init("mark", x: 2, y: 2)])
    let plain = plot.terminalText()
    let colored = plot.terminalText(colors: true)
    #expect(colored.replacing(/\u{1B}\[[0-9]+m/, with: "") == plain)
    #expect(colored.contains("\u{1B}[34m") && colored.contains("\u{1B}[31m"))
    // Each line ends with the number that the legend gives its series.
    #expect(plain.split(separator: "\n").count { $0.hasSuffix(" 1") || $0.hasSuffix(" 2") } == 2)
  }

  @Test func marksAtOneCellOfATerminalAreAllShown() {
    let plot = LinePlot(
      title: "", xAxis: .init("x"), yAxis: .init("y"), series: [.init("s", y: [1, 2, 3])],
      marks: [.init("one", x: 2, y: 2), .init("two", x: 2, y: 2), .init("three", x: 3, y: 3)])
    let rows = plot.terminalText(rows: 8).split(separator: "\n").filter { $0.contains("│") || $0.contains("┤") }
    for letter in "ABC" { #expect(rows.contains { $0.contains(letter) }) }
  }
}

@Suite struct NumberTextTests {
  @Test func groupsAndSignificantDigits() {
    #expect(
      [0, 999, 1000, 50_079, -1_234_567].map { NumberText.grouped($0) } == [
        "0", "999", "1,000", "50,079", "-1,234,567",
      ])
    #expect(
      [0.022_909, 1, 1.234e-5, 1234.5, 0, .nan].map { NumberText.significant($0) }
        == ["0.0229", "1.0", "1.23e-05", "1230.0", "0.0", "nan"])
  }

  /// The sign of what isn't a number says nothing.
  @Test func notANumberHasNoSign() {
    let values = [-Double.nan, .nan, -.infinity, 0.1]
    #expect(values.map { NumberText.exact($0) } == ["nan", "nan", "-inf", "0.1"])
    #expect(values.map { NumberText.significant($0) } == ["nan", "nan", "-inf", "0.1"])
    #expect(values.map { NumberText.fixed($0, decimals: 1) } == ["nan", "nan", "-inf", "0.1"])
    #expect(NumberText.scientific(-.nan, decimals: 1) == "nan")
    let text = LearningRateCSV.text(
      learningRates: [0.1], losses: [-.nan], smoothedLosses: [.nan])
    #expect(text == "lr,loss,smoothed_loss\n0.1,nan,nan\n")
  }
}
