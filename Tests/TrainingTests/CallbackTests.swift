import Foundation
import Launching
import Testing

@testable import Configuration
@testable import Files
@testable import Fitting
@testable import Jobs
@testable import Runs
import Training

/// Callbacks of a learner's fit: when they are called, and that what they decide holds on every worker.
@Suite struct CallbackTests {
  /// Notes what it is called for, and decides at given steps.
  private final class Script: FitCallback {
    var events: [String] = []
    var hasBatchHooks = true
    /// Steps done, at which rates are halved, and at which the fit ends.
    var halvesAfter: Set<Int> = []
    var endsAfter: Int?
    var failsAfter: Int?
    /// How often it has halved.
    var count = 0

    var state: JSONValue {
      get { .integer(count) }
      set { if case .integer(let value) = newValue { count = value } else { count = 0 } }
    }

    func beforeEpoch(_ fit: inout FitControl) { events.append("epoch \(fit.epoch) at \(fit.step)") }
    func afterEpoch(_ record: EpochRecord, _ fit: inout FitControl) {
      events.append("epoch \(record.epoch) done, best \(fit.epochsSinceBest) ago")
    }
    func beforeBatch(_ fit: inout FitControl) {
      // Each is undone by a factor that is exact.
      if halvesAfter.contains(fit.step) {
        count += 1
        fit.rateFactor = 1 / Double(1 << count)
      }
    }
    struct Failure: Error {}
    func afterBatch(_ record: StepRecord, _ fit: inout FitControl) throws {
      if record.step == failsAfter { throw Failure() }
      if record.step == endsAfter { fit.end("the script says so") }
    }
  }

  private func learner(
    _ threads: Int, _ callbacks: [any FitCallback], metrics: [Metric] = [.accuracy]
  ) throws -> Learner {
    let data = try LanguageModelData(.humanNumbers, batchSize: 16, bptt: 50)
    let learn = try Learner(data, .model3, metrics: metrics, hidden: 8, job: Job.alone(threads: threads))
    learn.output = { _ in }
    learn.callbacks = callbacks
    return learn
  }

  /// Steps of an epoch of that learner.
  private static let steps = 63

  @Test func decisionsHoldOnEveryWorker() throws {
    var digests: Set<String> = []
    for threads in [1, 2, 3, 5] {
      let script = Script()
      (script.halvesAfter, script.endsAfter) = ([5, Self.steps, 70], 100)
      let learn = try learner(threads, [script])
      try learn.fit(3, learningRate: 4e-3)
      #expect(learn.recorder.steps.count == 100 && learn.recorder.epochs.count == 1)
      let rates = learn.recorder.learningRates
      #expect(rates[4] == 4e-3 && rates[5] == 2e-3 && rates[62] == 2e-3 && rates[63] == 1e-3 && rates[70] == 5e-4)
      #expect(script.events == ["epoch 1 at 0", "epoch 1 done, best 0 ago", "epoch 2 at \(Self.steps)"])
      digests.insert(try #require(try learn.digest()))
    }
    #expect(digests.count == 1)
  }

  /// Without hooks of batches these aren't called, and a callback that decides nothing changes nothing.
  @Test func whatDecidesNothingChangesNothing() throws {
    var digests: Set<String> = []
    for (hasHooks, isThere) in [(true, true), (false, true), (true, false)] {
      let script = Script()
      script.hasBatchHooks = hasHooks
      if !hasHooks { (script.halvesAfter, script.endsAfter) = ([3], 4) }
      let learn = try learner(2, isThere ? [script] : [])
      try learn.fitOneCycle(2, maxLearningRate: 3e-3)
      digests.insert(try #require(try learn.digest()))
      #expect(script.events.count == (isThere ? 4 : 0))
    }
    #expect(digests.count == 1)
  }

  @Test func aCallbackThatThrowsEndsTheFit() throws {
    let script = Script()
    script.failsAfter = 7
    let learn = try learner(3, [script])
    do {
      try learn.fit(1)
      Issue.record("it goes on")
    } catch let error as RunError {
      #expect(error.place == "Script" && error.problem.contains("Failure") && error.status == .failure, "\(error)")
    }
  }

  @Test func whatTheyMayNotBe() throws {
    func failure(_ callbacks: [any FitCallback]) -> RunError? {
      do {
        try learner(1, callbacks).fit(1)
        return nil
      } catch {
        return error as? RunError
      }
    }
    #expect(failure([Script(), Script()])?.place == "callbacks")
    #expect(failure([EarlyStopping(patience: 1), EarlyStopping(patience: 2)])?.place == "callbacks")
    #expect(failure([EarlyStopping(patience: 0)])?.place == "patience")
    #expect(failure([ReduceRateOnPlateau(patience: 1, factor: 1)])?.place == "factor")
    final class Bad: FitCallback {
      func beforeEpoch(_ fit: inout FitControl) { fit.rateFactor = .infinity }
    }
    let bad = failure([Bad()])
    #expect(bad?.place == "Bad" && bad?.status == .usage, "\(String(describing: bad))")
  }

  /// A kept fit that was stopped goes on with the state of its callbacks, on another number of workers.
  @Test(arguments: [3, Self.steps - 1, 90]) func aStoppedFitGoesOnWithTheirState(stop: Int) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    func callbacks() -> [any FitCallback] {
      let script = Script()
      (script.halvesAfter, script.endsAfter) = ([2, 40, 80], 150)
      return [script, ReduceRateOnPlateau(patience: 1, factor: 0.5)]
    }
    let whole = try learner(1, callbacks())
    try whole.fit(4, learningRate: 4e-3)
    let directory = folder.path + "/run"
    let stopped = try learner(1, callbacks())
    let asked = Asked()
    stopped.wantsStop = { asked.count() > stop }
    do {
      try stopped.fit(4, learningRate: 4e-3, keepingIn: directory)
      Issue.record("it has come to its end")
    } catch let error as RunError {
      #expect(error.status == .tryAgain, "\(error)")
    }
    // The program without its callback, and the command line, don't go on with it in another way.
    let without = try learner(1, [ReduceRateOnPlateau(patience: 1, factor: 0.5)])
    do {
      try without.fit(4, learningRate: 4e-3, keepingIn: directory)
      Issue.record("it goes on")
    } catch let error as RunError {
      #expect(error.problem.contains("callback Script") && error.status == .usage, "\(error)")
    }
    let resumed = try learner(3, callbacks())
    try resumed.fit(4, learningRate: 4e-3, keepingIn: directory)
    #expect(try resumed.digest() == whole.digest())
    #expect(resumed.recorder.learningRates == whole.recorder.learningRates && whole.recorder.steps.count == 150)
    // It has ended: nothing is left of it, and its callbacks have what they had seen.
    let again = try learner(2, callbacks())
    try again.fit(4, learningRate: 4e-3, keepingIn: directory)
    #expect(try again.digest() == whole.digest())
    #expect(again.callbacks.map(\.state) == whole.callbacks.map(\.state) && again.callbacks[0].state != .integer(0))
  }

  private final class Asked: @unchecked Sendable {
    private var times = 0
    func count() -> Int {
      times += 1
      return times
    }
  }

  /// A fit ends after so many epochs without a better one, whatever is monitored.
  @Test func earlyStopping() throws {
    let own = Metric("surprise", lowerIsBetter: true, mean: \.loss)
    for monitor in [MonitoredFigure.validLoss, .accuracy, .topK(2), MonitoredFigure(own)] {
      let learn = try learner(2, [EarlyStopping(patience: 2)], metrics: [.accuracy, .topK(2), own])
      (learn.monitor, learn.minDelta) = (monitor, 0.01)
      var lines: [String] = []
      learn.output = { lines.append($0) }
      try learn.fit(40, learningRate: 4e-3)
      let figures = learn.recorder.epochs.map { monitor.value(of: $0) }
      var (best, place) = (figures[0], 0)
      for (index, figure) in figures.enumerated() where monitor.isBetter(figure, than: best, by: 0.01) {
        (best, place) = (figure, index)
      }
      #expect(figures.count < 40 && figures.count - 1 - place == 2, "\(figures)")
      #expect(lines.last?.hasPrefix("ended early, at step") ?? false, "\(lines)")
      #expect(lines.last?.contains(monitor.name) ?? false)
    }
    let learn = try learner(1, [])
    learn.monitor = .perplexity
    #expect(throws: RunError.self) { try learn.fit(1, learningRate: 4e-3) }
  }

  /// What a checkpoint keeps of it reads back the same; an earlier version's says nothing of it.
  @Test func statesGoThroughJSON() throws {
    var state = FitState()
    let plain = state.json(updates: 3, learningRate: 1e-3, metricsLength: 0)
    guard case .object(let members) = plain else { return #expect(Bool(false)) }
    #expect(
      members.map(\.name) == [
        "step", "updates", "awaits_validation", "smoothed_mean", "smoothed_power", "best_valid_loss", "best_step",
        "learning_rate", "metrics_bytes",
      ])
    #expect(FitState(json: plain) == state)
    (state.step, state.monitor, state.best, state.bestStep) = (9, .accuracy, 0.5, 6)
    (state.rateFactor, state.endReason) = (0.1, "enough")
    state.callbacks = [
      FitState.Kept(name: "A", state: .null), FitState.Kept(name: "B", state: .object([("x", .number(0.1))])),
    ]
    let text = state.json(updates: 3, learningRate: 1e-3, metricsLength: 0).text
    #expect(FitState(json: try JSONValue(parsing: Array(text.utf8))) == state)
    #expect(state.judged(by: .accuracy) == state)
    #expect(state.judged(by: .validLoss).best == nil && state.judged(by: .validLoss).bestStep == 0)
  }
}
