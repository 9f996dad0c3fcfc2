import Foundation
import Testing

@testable import Configuration
@testable import Files
@testable import Memory
@testable import Reports
@testable import Runs
@testable import Sweeps
import Teams
import Training

/// The parts of a sweep that decide: who does what, what is longest, what is best.
@Suite struct SweepPartsTests {
  private func line(free: Int, busy: Int = 0) -> SweepRound.Line { SweepRound.Line(free: free, busy: busy) }

  @Test func runsGoToEachProcessInTurn() {
    #expect(SweepRound.assign([line(free: 2), line(free: 0), line(free: 1)], waiting: 9) == [[0, 2], [], [1]])
    #expect(SweepRound.assign([line(free: 2), line(free: 2)], waiting: 3) == [[0, 2], [1]])
    #expect(SweepRound.assign([line(free: 2), line(free: 2)], waiting: 0) == [[], []])
    #expect(SweepRound.assign([line(free: 0), line(free: 0)], waiting: 4) == [[], []])
  }

  private func run(variant: Int = 0, seed: UInt64 = 42, _ change: (inout RunConfiguration) -> Void = { _ in })
    -> SweepRun
  {
    var configuration = RunConfiguration()
    configuration.seed = seed
    change(&configuration)
    return SweepRun([("lr", "\(configuration.learningRate ?? 0)")], variant: variant, configuration, RunKeeping())
  }

  private func plan(_ runs: [SweepRun], judge: MonitoredFigure = .validLoss) throws -> SweepPlan {
    let count = (runs.map(\.variant).max() ?? 0) + 1
    return try SweepPlan(
      file: "file", options: ["lr"], variants: (0..<count).map { ["\($0)"] }, runs: runs, judge: judge,
      workersPerRun: 1)
  }

  @Test func theLongestRunsComeFirst() throws {
    let runs = [
      run { $0.epochs = 1 }, run { $0.epochs = 30 }, run { $0.hidden = 512 }, run { $0.stepLimit = 10 },
      run(seed: 43) { $0.epochs = 30 },
    ]
    #expect(try plan(runs).longestFirst == [2, 1, 4, 0, 3])
  }

  @Test func namesTellRunsApart() throws {
    #expect(run().name == "lr=0.001,seed=42")
    let long = SweepRun([("train", String(repeating: "a/", count: 100))], variant: 0, RunConfiguration(), RunKeeping())
    let other = SweepRun([("train", String(repeating: "a-", count: 100))], variant: 0, RunConfiguration(), RunKeeping())
    #expect(long.name.utf8.count < 140 && !long.name.contains("/"))
    #expect(long.name != other.name)
    // Runs that differ in what their names don't show.
    let plan = try plan([run { $0.clip = 1 }, run { $0.clip = 2 }])
    #expect(plan.runs.map(\.name) == ["lr=0.001,seed=42", "lr=0.001,seed=42-2"])
    #expect(throws: RunError.self) { try self.plan([run(), run()]) }
  }

  private func outcome(_ loss: Double, accuracy: Double = 0.5) -> RunOutcome {
    RunOutcome(
      .finished(digest: "d"), steps: 3, trainLoss: 1,
      epochs: [EpochRecord(epoch: 1, trainLoss: 1, validLoss: loss, accuracy: accuracy, seconds: 1)], seconds: 2)
  }

  @Test func meanAndDeviationAreThoseOfASample() {
    let spread = Spread([1, 2, 4])
    #expect(abs(spread.mean - 7 / 3) < 1e-15 && abs(spread.deviation - (7.0 / 3).squareRoot()) < 1e-15)
    #expect(Spread([]).mean.isNaN && Spread([1]).deviation.isNaN && Spread([1]).mean == 1)
  }

  @Test func theBestIsThatOfItsSeedsMean() throws {
    let runs = [run(), run(seed: 43), run(variant: 1) { $0.hidden = 8 }, run(variant: 1, seed: 43) { $0.hidden = 8 }]
    let outcomes: [RunOutcome?] = [
      outcome(1, accuracy: 0.1), outcome(4, accuracy: 0.2), outcome(2, accuracy: 0.3), outcome(2.5, accuracy: 0.4),
    ]
    #expect(SweepResults(try plan(runs), outcomes).best == 1)
    let byAccuracy = SweepResults(try plan(runs, judge: .accuracy), outcomes)
    #expect(byAccuracy.best == 1)
    // One that has failed counts for nothing, and one that isn't done either.
    let failed = RunOutcome(.failed("loss"), steps: 1, trainLoss: .nan, epochs: [], seconds: 1)
    let results = SweepResults(try plan(runs), [outcome(1), failed, nil, failed])
    #expect(results.best == 0 && results.digest == nil)
    #expect(results.table.rows[1] == ["*", "0", "1", "1", "1.0000", "1.0000", "0.5000", "1.50"])
    #expect(results.table.rows[2][2...3] == ["0", "1"])
    #expect(SweepResults(try plan(runs), [failed, failed, nil, nil]).best == nil)
  }

  @Test func anOutcomeReadsBackAsItWas() throws {
    for outcome in [
      outcome(.nan), outcome(2.25),
      RunOutcome(.failed("a, \"b\""), steps: 0, trainLoss: .nan, epochs: [], seconds: 0.5),
    ] {
      let back = try #require(RunOutcome(json: JSONValue(parsing: Array(outcome.json.prettyText.utf8))))
      #expect(back.end == outcome.end && back.json.text == outcome.json.text)
    }
    #expect(RunOutcome(json: .object([])) == nil)
  }

  /// Metrics come back, too.
  @Test func anOutcomeHasItsMetrics() throws {
    var record = EpochRecord(epoch: 1, trainLoss: 1, validLoss: 2, accuracy: 0.5, seconds: 1)
    record.metrics = [MetricFigure("perplexity", 7.5), MetricFigure("top5", 0.75)]
    let outcome = RunOutcome(.finished(digest: "d"), steps: 3, trainLoss: 1, epochs: [record], seconds: 2)
    let back = try #require(RunOutcome(json: outcome.json))
    #expect(back.epochs == [record] && back.value(of: .topK(5)) == 0.75 && back.value(of: .topK(2)).isNaN)
  }

  /// The table has the width that it is given; what is judged by and the options are the last to go.
  @Test func theTableFits() throws {
    let runs = (0..<3).flatMap { variant in
      (0..<2).map { seed in run(variant: variant, seed: UInt64(seed)) { $0.clip = Double(variant + 1) } }
    }
    let results = SweepResults(try plan(runs), runs.indices.map { outcome(2 + Double($0) / 7) })
    let whole = results.text(width: nil)
    #expect(whole.contains(" ± ") && whole.hasPrefix("   lr  runs  train_loss"))
    for width in [20, 24, 30, 45, 60, 80, 120] {
      let lines = results.text(width: width).split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count == 4 && lines.allSatisfy { $0.count <= width }, "\(lines)")
      #expect(lines[0].contains("lr") && lines[0].contains("valid_loss"), "\(lines)")
      #expect(lines[1].hasPrefix("*") && lines[1].contains("2.0714"), "\(lines)")
    }
    #expect(results.text(width: 120) == whole)
  }

  // MARK: Pictures

  @Test func theMapMarksTheBest() throws {
    let map = HeatMap(
      title: "loss", rowTitle: "lr", rows: ["1", "2"], columnTitle: "hidden", columns: ["8", "16", "<32>"],
      values: [[3, 2, 1], [.nan, 2.5, 4]], lowerIsBetter: true)
    let svg = map.svg()
    #expect(svg.matches(of: #/<rect style/#).count == 5)
    #expect(svg.contains("&lt;32&gt;") && !svg.contains("<32>"))
    let framed = try #require(svg.firstMatch(of: #/fill-opacity:([0-9.]+);stroke:var/#))
    #expect(framed.output.1 == "0.60")
  }

  @Test func aLineCrossesEveryAxisThatItHasAValueOn() throws {
    typealias Line = ParallelCoordinates.Line
    let picture = ParallelCoordinates(
      title: "runs",
      axes: [
        ParallelCoordinates.Axis("model", names: ["a", "b"]), ParallelCoordinates.Axis("lr", scale: .logarithmic),
        ParallelCoordinates.Axis("loss"),
      ],
      lines: [
        Line("one", [0, 1e-3, 2]), Line("two", [1, .nan, 1], rank: .best), Line("three", [1, 1e-1, .infinity]),
      ])
    let svg = picture.svg()
    let paths = svg.matches(of: #/<path class="lp-line[^>]* d="([^"]*)"/#).map { String($0.output.1) }
    #expect(paths.count == 3)
    #expect(paths[0].count { $0 == "L" } == 2)
    // Interrupted where it has no value, and drawn last.
    #expect(paths[2].count { $0 == "M" } == 2 && paths[2].count { $0 == "L" } == 0)
    #expect(svg.contains("<title>three</title>"))
  }

  /// Runs side by side share what memory there is: of the process, or of its node.
  @Test func runsThatMemoryHolds() {
    func limit(_ kind: MemoryLimit.Kind, _ available: Int) -> MemoryLimit {
      MemoryLimit(kind: kind, total: 1 << 40, available: available << 20)
    }
    let two = TeamPlace(nodeSizes: [2, 3], node: 0..<2, process: 0..<1)
    let alone = TeamPlace(nodeSizes: [1], node: 0..<1, process: 0..<1)
    let run = 76 << 20
    let machine = limit(.machine, 1000)
    #expect(RunsAtOnce.count(run, machine, nil, alone) == 10)
    #expect(RunsAtOnce.count(run, machine, nil, two) == 5)
    let group = limit(.group(file: "memory.max"), 250)
    #expect(RunsAtOnce.count(run, group, nil, alone) == 2)
    #expect(RunsAtOnce.count(run, group, nil, two) == 1)
    // What binds each process by itself isn't shared.
    let addresses = limit(.addressSpace, 350)
    #expect(RunsAtOnce.count(run, addresses, addresses, two) == 2)
    #expect(RunsAtOnce.count(run, group, limit(.addressSpace, 150), alone) == 1)
    #expect(RunsAtOnce.count(run, limit(.machine, 10), nil, alone) == 1)
    #expect(RunsAtOnce.count(run, nil, nil, two) == .max)
  }
}
