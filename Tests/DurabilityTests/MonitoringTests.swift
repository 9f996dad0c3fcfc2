import Foundation
import Launching
import Testing

/// Runs that lower their rate, end early and keep their best model by name, undisturbed, killed and resumed.
@Suite(.serialized) struct MonitoringTests {
  let runs: Runs

  init() throws { runs = try Runs() }

  private struct Epoch: Decodable, Equatable {
    let kind: String
    let epoch: Int
    let validLoss, accuracy: Double
  }

  /// What `evaluate --json` prints, read as the metrics are.
  private struct Figures: Decodable {
    let validLoss, accuracy: Double
  }

  private struct Step: Decodable {
    let kind: String
    let epoch: Int
    let lr: Double
  }

  private func lines<Line: Decodable>(_ name: String, _ kind: String, as: Line.Type = Line.self) throws -> [Line] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try runs.metrics(name).split(separator: "\n").filter { $0.contains("\"kind\":\"\(kind)\"") }
      .map { try decoder.decode(Line.self, from: Data($0.replacing(",}", with: "}").utf8)) }
  }

  /// The loss falls for some epochs, then rises.
  private static let options = [
    "--schedule", "constant", "--lr", "2e-4", "--epochs", "30", "--patience", "3", "--plateau-patience", "1",
    "--plateau-factor", "0.5", "--checkpoint-every", "90", "--hidden", "40", "--no-lr-find",
  ]

  /// What the rule of a best validation makes of the metrics: the best epoch, the rate of each, and the one that a
  /// patience of 3 ends with; nil where none does.
  private func rule(
    _ epochs: [Epoch], delta: Double = 0, _ isBetter: (Epoch, Epoch, Double) -> Bool
  ) -> (best: Int, rates: [Double], last: Int?) {
    var best = epochs[0]
    var rates = [2e-4]
    for epoch in epochs {
      if epoch == epochs[0] || isBetter(epoch, best, delta) { best = epoch }
      if epoch.epoch - best.epoch == 3 { return (best.epoch, rates, epoch.epoch) }
      rates.append(rates[rates.count - 1] * (epoch == best ? 1 : 0.5))
    }
    return (best.epoch, rates, nil)
  }

  private static func falls(_ epoch: Epoch, _ best: Epoch, _ delta: Double) -> Bool {
    epoch.validLoss < best.validLoss - delta
  }

  private static func rises(_ epoch: Epoch, _ best: Epoch, _ delta: Double) -> Bool {
    epoch.accuracy > best.accuracy + delta
  }

  @Test func aRunEndsWhereItsRuleSays() throws {
    defer { runs.remove() }
    let whole = try runs.run(Self.options + ["--out", runs.path("whole"), "--threads", "1"], quiet: false)
    #expect(whole.status == 0 && whole.lines.isEmpty, "\(whole.lines)")
    let epochs: [Epoch] = try lines("whole", "epoch")
    let expected = rule(epochs, Self.falls)
    #expect(expected.last == epochs.count && epochs.count < 30, "\(epochs)")
    // Its rates are those of the rule, from each epoch's first step on.
    for step in try lines("whole", "step", as: Step.self) { #expect(step.lr == expected.rates[step.epoch - 1]) }
    #expect(expected.rates.last != 2e-4)
    let steps = epochs.count * 261
    #expect(
      whole.finished.output.contains {
        $0.hasPrefix("ended early, at step ") && $0.replacing(",", with: "").contains("\(steps): valid_loss")
      }, "\(whole.finished.output)")
    // The table's last star is the best epoch's.
    let starred = whole.finished.output.filter { $0.hasSuffix(" *") }
    #expect(starred.last?.hasPrefix("\(expected.best - 1) ") ?? false, "\(starred)")
    let digest = try #require(whole.digest)
    for (ranks, threads) in [(2, 1), (3, 2), (0, 5)] {
      let result = try runs.run(ranks: ranks, Self.options + ["--out", "none", "--threads", "\(threads)"])
      #expect(result.digest == digest, "\(ranks) × \(threads): \(result.lines)")
    }
    // Nothing is left of it, on whatever workers; a new schedule goes on.
    let metrics = try runs.metrics("whole")
    let again = try runs.run(ranks: 2, ["--resume", runs.path("whole")], quiet: false)
    #expect(again.status == 0 && again.digest == digest, "\(again.lines)")
    #expect(again.finished.output.contains { $0.hasSuffix("; nothing is left to do") }, "\(again.finished.output)")
    #expect(try runs.metrics("whole") == metrics)
    let longer = try runs.run(["--resume", runs.path("whole"), "--new-schedule", "--patience", "5"])
    #expect(longer.status == 0, "\(longer.lines)")
    #expect(try lines("whole", "epoch", as: Epoch.self).count > epochs.count)
  }

  /// Killed again and again, and gone on with on other workers each time.
  @Test func aKilledRunEndsAsTheUndisturbedOne() throws {
    defer { runs.remove() }
    let digest = try #require(try runs.run(Self.options + ["--out", runs.path("whole")]).digest)
    let last = try lines("whole", "epoch", as: Epoch.self).count * 261
    // Steps within an epoch, at its end before the validation, and the last but one.
    let places = [(50, 0, 1), (261, 2, 1), (400, 3, 1), (522, 0, 3), (last - 270, 4, 1), (last - 1, 2, 2)]
    for (index, (step, ranks, threads)) in places.enumerated() {
      let place = index == 0 ? Self.options + ["--out", runs.path("run")] : ["--resume", runs.path("run")]
      let every = index == 0 ? [] : ["--checkpoint-every", "\(70 + index)"]
      let result = try runs.run(
        ranks: ranks, place + every + ["--threads", "\(threads)"], environment: ["DIST_TRAIN_FAULT": "after@0:\(step)"])
      #expect(result.status == 1 && result.digest == nil, "\(result.lines)")
    }
    let resumed = try runs.run(ranks: 3, ["--resume", runs.path("run")])
    #expect(resumed.status == 0 && resumed.digest == digest, "\(resumed.lines)")
    #expect(try runs.metrics("run") == runs.metrics("whole"))
    #expect(try runs.bytes(runs.path("run/model.safetensors")) == runs.bytes(runs.path("whole/model.safetensors")))
    let links = try ["run", "whole"].map {
      try FileManager.default.destinationOfSymbolicLink(atPath: runs.path("\($0)/best"))
    }
    #expect(links[0] == links[1] && links[0].hasPrefix("checkpoints/step-"))
    let compared = try runs.run(["verify", runs.path("run"), runs.path("whole")], quiet: false)
    #expect(compared.finished.output.last?.hasPrefix("the same at all") ?? false, "\(compared.finished)")
  }

  /// A metric of the run is a figure to judge by: perplexity falls where the loss does, on whatever workers it goes on.
  @Test func theBestByAMetric() throws {
    defer { runs.remove() }
    let metrics = ["--metrics", "perplexity,top2", "--monitor"]
    let byLoss = try runs.run(Self.options + ["--out", runs.path("loss")])
    let digest = try #require(byLoss.digest)
    let epochs: [Epoch] = try lines("loss", "epoch")
    #expect(
      try runs.run(ranks: 2, Self.options + metrics + ["perplexity", "--out", runs.path("whole")]).digest == digest)
    let part = try runs.run(
      Self.options + metrics + ["perplexity", "--out", runs.path("run"), "--threads", "2"],
      environment: ["DIST_TRAIN_FAULT": "after@0:\((epochs.count - 1) * 261)"])
    #expect(part.status == 1, "\(part.lines)")
    #expect(try runs.run(ranks: 2, ["--resume", runs.path("run")]).digest == digest)
    for name in ["whole", "run"] {
      let links = try ["loss", name].map {
        try FileManager.default.destinationOfSymbolicLink(atPath: runs.path("\($0)/best"))
      }
      #expect(links[0] == links[1], "\(links)")
    }
    // One of which higher values are better, and one that the run doesn't have.
    let byTop = try runs.run(
      Self.options + metrics + ["top2", "--epochs", "2", "--out", runs.path("top")], quiet: false)
    #expect(byTop.status == 0 && byTop.finished.output.contains { $0.hasPrefix("1 ") && $0.hasSuffix(" *") })
    let lacking = try runs.run(["--resume", runs.path("top"), "--new-schedule", "--monitor", "top3"])
    #expect(lacking.status == 64 && lacking.lines.count == 1, "\(lacking.lines)")
    #expect(lacking.lines.first?.contains("the run has no metric top3") ?? false)
  }

  /// What contradicts a run is refused, as of the rest of its schedule.
  @Test func aRunGoesOnByItsOwnRule() throws {
    defer { runs.remove() }
    #expect(try runs.run(Self.options + ["--steps", "20", "--out", runs.path("run")]).status == 0)
    for (option, value) in [
      ("--patience", "4"), ("--monitor", "accuracy"), ("--min-delta", "0.5"), ("--plateau-factor", "0.1"),
      ("--plateau-patience", "2"), ("--schedule", "one-cycle"), ("--metrics", "top5"),
    ] {
      let result = try runs.run(["--resume", runs.path("run"), option, value])
      #expect(result.status == 64 && result.lines.count == 1 && result.lines[0].contains(option), "\(result.lines)")
    }
  }

  @Test(arguments: [
    (["--patience", "3"], "valid_loss"),
    (["--monitor", "accuracy", "--min-delta", "0.02", "--patience", "3"], "accuracy"),
  ])
  func theBestModelHasAName(options: [String], figure: String) throws {
    defer { runs.remove() }
    let run = runs.path("run")
    let options = options + ["--schedule", "constant", "--lr", "2e-4", "--epochs", "6", "--keep", "1"]
    let trained = try runs.run(ranks: 2, options + ["--out", run, "--hidden", "40", "--no-lr-find"])
    #expect(trained.status == 0, "\(trained.lines)")
    let epochs: [Epoch] = try lines("run", "epoch")
    let expected = figure == "accuracy" ? rule(epochs, delta: 0.02, Self.rises) : rule(epochs, Self.falls)
    let best = epochs[expected.best - 1]
    #expect(expected.best < epochs.count, "the last epoch is the best: nothing is told apart")
    // A validation's figures are those of the weights that it was of, to the bit.
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    func evaluate(_ weights: String) throws -> (loss: Double, accuracy: Double) {
      let line = try runs.run(["evaluate", "--weights", weights, "--json"], quiet: false).finished.output.last ?? ""
      let figures = try decoder.decode(Figures.self, from: Data(line.utf8))
      return (figures.validLoss, figures.accuracy)
    }
    #expect(try evaluate(run + "/best") == (best.validLoss, best.accuracy))
    let end = try #require(epochs.last)
    #expect(try evaluate(run) == (end.validLoss, end.accuracy))
    let written = try runs.run(["generate", "--weights", run + "/best", "--temperature", "0"], quiet: false)
    #expect(written.status == 0 && written.finished.output.count == 1, "\(written.lines)")
    let begun = ["--init", run + "/best", "--steps", "1", "--no-lr-find", "--out", "none", "--hidden", "40"]
    #expect(try runs.run(begun).digest != nil)
    // All that shows it marks it.
    let verified = try runs.run(["verify", run], quiet: false).finished.output
    let marked = verified.filter { $0.contains("the best validation") }
    #expect(marked.count == 1 && marked[0].contains("step \(expected.best * 261),"), "\(verified)")
    #expect(verified.count == 2, "\(verified)")
    let report = try String(contentsOfFile: run + "/report.html", encoding: .utf8)
    #expect(
      report.contains("<td>\(expected.best - 1) (best)</td>") && report.components(separatedBy: "(best)").count == 2)
    let name = figure == "accuracy" ? "accuracy" : "valid"
    #expect(report.contains("best \(name), epoch \(expected.best - 1)"))
    // Taken back behind an earlier checkpoint, it is that one's best.
    let first = try runs.run(
      options + ["--steps", "600", "--keep", "9", "--no-lr-find", "--out", runs.path("other"), "--hidden", "40"])
    #expect(first.status == 0, "\(first.lines)")
    let earliest = try #require(try runs.checkpoints("other").first)
    let back = try runs.run(["--resume", earliest, "--steps", "270"])
    #expect(back.status == 0, "\(back.lines)")
    let link = try FileManager.default.destinationOfSymbolicLink(atPath: runs.path("other/best"))
    #expect(link == "checkpoints/step-00000261.safetensors")
  }
}
