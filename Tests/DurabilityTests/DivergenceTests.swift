import Foundation
import Kernels
import Teams
import Testing

@testable import Benchmarks
@testable import Fitting
@testable import Models
@testable import Reports
@testable import Runs
@testable import Tokenization
import Training

@Suite(.serialized) struct DivergenceTests {
  let runs: Runs

  init() throws { runs = try Runs() }

  /// What a fit in this process has left, on worker 0.
  struct Left: Sendable {
    var digest: String?
    /// That of the state before the step that has ended the fit.
    var before: String?
    /// Whether a checkpoint was asked for on the way out.
    var isKept = false
    var steps: [StepRecord] = []
    var error = ""
  }

  /// Fits a model on threads of this process.
  static func fit(
    _ kind: ModelKind, threads: Int, steps: Int, bptt: Int = 3, rule: NonFiniteRule = .stop, clip: Double? = nil,
    accumulate: Int = 1, lanes: Int = 16
  ) throws -> Left {
    let workers = try LocalWorkers(lanes: Lanes(batchSize: 4 * lanes, count: lanes), threads: threads)
    return try workers.run { team in
      var configuration = RunConfiguration()
      configuration.model = ModelDescription(kind)
      (configuration.batchSize, configuration.lanes) = (4 * lanes, lanes)
      configuration.bptt = bptt
      configuration.clip = clip
      configuration.accumulate = accumulate
      configuration.stepLimit = steps
      configuration.epochs = 1
      let session = try Session(configuration, team: team)
      var plan = session.plan(learningRate: 1e-3)
      plan.nonFinite = rule
      var left = Left()
      do {
        try session.fit(
          plan,
          FitObserver(
            step: { left.steps.append($0) }, epoch: { _ in },
            checkpoint: { _, durable in left.isKept = left.isKept || durable }))
        left.digest = session.digest()
      } catch {
        left.error = "\(error)"
        left.before = session.digest()
      }
      return left
    }[0]
  }

  @Test(arguments: [1, 2, 5]) func aBadGradientIsFoundAtItsStepAndNotApplied(threads: Int) throws {
    let before = try Self.fit(.model3, threads: 1, steps: PoisonedModel.batch)
    let stopped = try Self.fit(PoisonedModel.kind, threads: threads, steps: 20)
    #expect(stopped.error.contains("a gradient is not finite"))
    #expect(stopped.error.contains("step \(PoisonedModel.batch + 1),"), "\(stopped.error)")
    #expect(stopped.error.contains("largest gradient inf in hidden_to_output.weight"), "\(stopped.error)")
    #expect(stopped.steps == before.steps)
    #expect(before.digest != nil && stopped.before == before.digest && !stopped.isKept)
  }

  /// The poisoned batch is the last of three in the second step, or the first.
  @Test(arguments: [3, 5]) func aBadBatchSpoilsItsStepAlone(accumulate: Int) throws {
    let before = try Self.fit(.model3, threads: 1, steps: 1, accumulate: accumulate)
    let stopped = try Self.fit(PoisonedModel.kind, threads: 2, steps: 9, accumulate: accumulate)
    #expect(stopped.error.contains("a gradient is not finite: step 2,"), "\(stopped.error)")
    #expect(stopped.error.contains("largest gradient inf in hidden_to_output.weight"), "\(stopped.error)")
    #expect(before.digest != nil && stopped.before == before.digest && stopped.steps == before.steps)
    let left = try [1, 3].map {
      try Self.fit(PoisonedModel.kind, threads: $0, steps: 9, rule: .skip, accumulate: accumulate)
    }
    #expect(left[0].steps.filter(\.isSkipped).map(\.step) == [2])
    #expect(left[0].digest != nil && left[0].digest == left[1].digest && left[0].steps == left[1].steps)
  }

  @Test func aBadStepIsLeftOutAlikeOnAnyNumberOfWorkers() throws {
    let alone = try Self.fit(PoisonedModel.kind, threads: 1, steps: 20, rule: .skip)
    #expect(alone.steps.map(\.step) == Array(1...20))
    #expect(alone.steps.filter(\.isSkipped).map(\.step) == [PoisonedModel.batch + 1])
    #expect(alone.steps.allSatisfy { $0.smoothedLoss.isFinite })
    for threads in [2, 3, 7] {
      let other = try Self.fit(PoisonedModel.kind, threads: threads, steps: 20, rule: .skip)
      #expect(other.digest == alone.digest && other.steps == alone.steps, "\(threads) threads")
    }
  }

  @Test func anInfiniteLossEndsAllRanksWithOneLine() throws {
    defer { runs.remove() }
    let result = try runs.run(
      ranks: 3, ["--lr", "1e12", "--no-lr-find", "--epochs", "1", "--out", runs.path("run")])
    #expect(result.status == 1)
    #expect(result.lines.count == 1 && result.lines[0].contains("the loss is not finite: step 2"), "\(result.lines)")
    // The state before that step comes to the same again, at any rate.
    #expect(try runs.checkpoints("run").isEmpty)
    #expect(result.lines[0].contains("; no checkpoint is sound: begin again with --lr 0.001"), "\(result.lines)")
    // Whoever wasn't there finds the line in the report, with all steps before.
    let line = try #require(result.lines.first?.dropFirst("dist-train: ".count))
    let page = try String(contentsOfFile: runs.path("run/report.html"), encoding: .utf8)
    #expect(page.contains("; failed: \(line)</p>"))
    #expect(page.contains("<dt>steps</dt><dd>1</dd>"))
    #expect(try String(contentsOfFile: runs.path("run/metrics.csv"), encoding: .utf8).split(separator: "\n").count == 2)
  }

  // MARK: Clipping

  /// At these lengths 17 lanes of one thread are cut into blocks of different size, whatever the caches: a prime number
  /// of lanes, and more than a block has.
  @Test(arguments: [3, 5, 13]) func clippingHasTheSameBitsOnAnyNumberOfWorkers(bptt: Int) throws {
    let alone = try Self.fit(.model3, threads: 1, steps: 30, bptt: bptt, clip: 0.25, lanes: 17)
    let blocks = LaneBlock.cached((0..<17).map { ($0 * 4)..<(($0 + 1) * 4) }, steps: bptt, width: 64)
    #expect(Set(blocks.map(\.streams.count)).count > 1, "blocks of one size show nothing")
    #expect(alone.steps.allSatisfy { $0.gradientNorm != nil })
    for threads in [2, 3, 5, 17] {
      let other = try Self.fit(.model3, threads: threads, steps: 30, bptt: bptt, clip: 0.25, lanes: 17)
      #expect(other.digest == alone.digest && other.steps == alone.steps, "\(threads) threads")
    }
  }

  @Test func everyTenthStepTellsTheNorm() throws {
    let alone = try Self.fit(.model3, threads: 1, steps: 30)
    let clipped = try Self.fit(.model3, threads: 1, steps: 30, clip: 1e9)
    #expect(alone.steps.filter { $0.gradientNorm != nil }.map(\.step) == [10, 20, 30])
    for step in alone.steps where step.gradientNorm != nil {
      #expect(step.gradientNorm == clipped.steps[step.step - 1].gradientNorm)
    }
    #expect(alone.digest == clipped.digest)
    for threads in [3, 16] { #expect(try Self.fit(.model3, threads: threads, steps: 30).steps == alone.steps) }
  }

  /// A clipped gradient is g·limit/(norm + 1e-6); Adam's first update hides the factor, but its first moment is (1 −
  /// momentum)·g.
  @Test func theGradientIsScaledToTheNorm() throws {
    func moments(_ clip: Double?) throws -> (values: [Float], norm: Double?) {
      var configuration = RunConfiguration()
      configuration.clip = clip
      let resolved = configuration
      let workers = try LocalWorkers(lanes: Lanes(batchSize: 64, count: 16), threads: 1)
      return try workers.run { team in
        let session = try Session(resolved, team: team)
        _ = session.trainer.step(0, learningRate: 1e-3, momentum: 0.9, weightDecay: 0)
        return (session.trainer.slots.views[0].array, session.trainer.norm)
      }[0]
    }
    let plain = try moments(nil).values
    let norm = plain.reduce(0.0) { $0 + Double($1 * 10) * Double($1 * 10) }.squareRoot()
    let wide = try moments(1000)
    #expect(wide.values == plain)
    #expect(abs(try #require(wide.norm) / norm - 1) < 1e-5)
    let narrow = try moments(0.1).values
    for (one, other) in zip(plain, narrow) {
      #expect(abs(Double(other) - Double(one) * 0.1 / (norm + 1e-6)) < 1e-9 + 1e-5 * abs(Double(other)))
    }
  }
}
