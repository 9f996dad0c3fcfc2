import Foundation
import Launching
import Testing

@testable import Reports
import Training

/// The page that a run leaves.
@Suite(.serialized) struct ReportTests {
  private func page(_ run: String) throws -> String {
    try String(contentsOfFile: run + "/report.html", encoding: .utf8)
  }

  private func titles(_ page: String) -> [String] {
    page.matches(of: #/<h2>([^<]*)<\/h2>/#).map { String($0.output.1) }
  }

  @Test(arguments: aloneAndRanks) func aRunsPage(ranks: Int?) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let run = folder.path + "/run"
    let result = try Launcher.run(ranks: ranks ?? 0, ["--epochs", "2", "--out", run, "--threads", "1"])
    let digest = try #require(result.digest, "\(result.errors)")
    let page = try page(run)
    #expect(
      titles(page) == [
        "Losses", "Epochs", "Learning rate finder", "Schedule", "What the model writes", "Where the time goes",
        "Configuration",
      ])
    // One file: nothing is fetched.
    #expect(!page.replacing("xmlns=\"http://www.w3.org/2000/svg\"", with: "").contains("http"))
    #expect(!page.contains("<script") && !page.contains("url(") && !page.contains("@import"))
    for tag in ["section", "div", "table", "tr", "td", "th", "dl", "dt", "dd", "p", "h1", "h2", "svg", "span"] {
      let opened = page.matches(of: try Regex("<\(tag)[ >]")).count
      #expect(opened > 0 && opened == page.components(separatedBy: "</\(tag)>").count - 1, "\(tag)")
    }
    // Each plot for a wide window and for a narrow one.
    #expect(page.matches(of: #/<svg xmlns/#).count == 2 * 5)
    #expect(page.contains("digest \(digest)"))
    // The likeliest text is what the run's own weights write.
    let text = try Launcher.run(["generate", "--weights", run, "--temperature", "0"]).finished.output
    #expect(text.count == 1 && page.contains("<blockquote>\(text.joined())</blockquote>"), "\(text)")
    #expect(page.contains("<dt>batch-size</dt><dd>64</dd>") && page.contains("<dt>steps</dt><dd>522</dd>"))
    let rows = page.components(separatedBy: "<table class=\"shares\">").last?.matches(
      of: #/<tr><td>(\d+)<\/td>.*?<\/svg><\/td><td>([\d.]+) %<\/td><td>([\d.]+) %<\/td><td>([\d.]+) %<\/td><\/tr>/#)
    #expect(rows?.map(\.output.1) == (0..<(ranks ?? 1)).map { "\($0)" })
    for row in rows ?? [] {
      let shares = [row.output.2, row.output.3, row.output.4].compactMap { Double($0) }
      #expect(shares.count == 3 && abs(shares.reduce(0, +) - 100) < 0.2)
    }
  }

  @Test func aRunThatWasStoppedAndWentOn() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let run = folder.path + "/run"
    let stopped = try Launcher.run(
      ["--epochs", "100000", "--quiet", "--out", run, "--threads", "1", "--max-seconds", "1"])
    #expect(stopped.status == 75)
    let step = try #require(try page(run).firstMatch(of: #/stopped at step ([\d,]+) of 26,100,000/#)?.output.1)
    let last = try #require(Int(step.replacing(",", with: ""))) + 30
    let result = try Launcher.run(["--resume", run, "--quiet", "--steps", "\(last)"])
    #expect(result.status == 0, "\(result.errors)")
    let page = try page(run)
    #expect(page.contains("; finished</p>"))
    #expect(page.contains("<dt>steps</dt><dd>\(NumberText.grouped(last))</dd>"))
    // The finder ran before the stop.
    #expect(titles(page).contains("Learning rate finder"))
  }

  /// What stands out of a run that has lost its way.
  @Test func stepsLeftOut() {
    func page(skippedSteps: Set<Int>, validLosses: [Double], bestEpoch: Int) -> String {
      var report = RunReport(RunConfiguration(), tokensPerEpoch: 192, end: "finished")
      report.steps = (1...4).map { step in
        var record = StepRecord(
          step: step, epoch: (step + 1) / 2, loss: 3, smoothedLoss: 3, learningRate: 1, momentum: 0.9)
        record.isSkipped = skippedSteps.contains(step)
        return record
      }
      report.skippedSteps = skippedSteps.count
      report.bestEpoch = bestEpoch
      report.epochs = validLosses.enumerated().map { index, loss in
        EpochRecord(epoch: index + 1, trainLoss: 3, validLoss: loss, accuracy: 0, seconds: 1)
      }
      return report.html()
    }
    let lost = page(skippedSteps: [2, 3, 4], validLosses: [.nan, 2.5], bestEpoch: 2)
    #expect(lost.contains("<dt>of them left out</dt><dd>3</dd>"))
    #expect(lost.contains("<dt>best valid, epoch 1</dt><dd>2.5000</dd>"))
    let sound = page(skippedSteps: [], validLosses: [2, 2.5], bestEpoch: 1)
    #expect(!sound.contains("left out") && sound.contains("<dt>best valid, epoch 0</dt><dd>2.0000</dd>"))
    #expect(!page(skippedSteps: [], validLosses: [.nan, .nan], bestEpoch: 0).contains("best valid"))
  }

  @Test func tooShortToMeasure() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let run = folder.path + "/run"
    let result = try Launcher.run(["--steps", "1", "--no-lr-find", "--quiet", "--out", run])
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      try titles(page(run)) == ["Losses", "Schedule", "What the model writes", "Where the time goes", "Configuration"])
  }

  /// Three operations: the worker that comes last to each has what it costs.
  @Test func sharesOfTime() {
    let shares = WorkerShares.shares([(total: 1000, waits: [100, 300, 50]), (total: 1000, waits: [200, 100, 50])])
    let expected = [(0.55, 0.25, 0.2), (0.65, 0.25, 0.1)]
    for (one, other) in zip(shares, expected) {
      #expect(abs(one.compute - other.0) < 1e-12 && abs(one.reduction - other.1) < 1e-12)
      #expect(abs(one.waiting - other.2) < 1e-12)
    }
    #expect(WorkerShares.shares([(total: 10, waits: [])]) == [WorkerShares(compute: 1, reduction: 0, waiting: 0)])
  }

  @Test func theFindersTableReadsBack() throws {
    let csv = LearningRateCSV.text(
      learningRates: [1e-7, 0.1, 10], losses: [3.5, 0.1 + 0.2, .nan], smoothedLosses: [3.5, 2, .infinity])
    let curve = try #require(LearningRateCurve(csv: csv))
    #expect(curve.learningRates == [1e-7, 0.1, 10] && curve.losses[1] == 0.1 + 0.2 && curve.losses[2].isNaN)
    #expect(LearningRateCurve(csv: "lr,loss\n1,2\n") == nil && LearningRateCurve(csv: csv + "1,2\n") == nil)
  }
}
