import Kernels
import Teams
import Testing

@testable import Benchmarks
@testable import Fitting
@testable import Models
@testable import Reports
@testable import Tokenization
import Training

/// Steps of several batches against a loop over plain ones.
@Suite struct AccumulationTests {
  /// - lanes: 5 of uneven size.
  private static func run<Output: Sendable>(
    _ kind: ModelKind, accumulate: Int, threads: Int = 1, clip: Double? = nil,
    _ body: @escaping @Sendable (Session) throws -> Output
  ) throws -> Output {
    var configuration = RunConfiguration()
    configuration.model = .small(kind, hidden: 24)
    configuration.batchSize = 21
    configuration.bptt = 5
    configuration.lanes = 5
    configuration.accumulate = accumulate
    configuration.clip = clip
    configuration.epochs = 1
    let resolved = configuration
    let workers = try LocalWorkers(lanes: Lanes(batchSize: 21, count: 5), threads: threads)
    return try workers.run { try body(try Session(resolved, team: $0)) }[0]
  }

  /// The gradients of some batches one after the other, with the parameters as they are at the start, on one worker.
  private static func gradients(_ kind: ModelKind, batches: Range<Int>) throws -> [[Float]] {
    try run(kind, accumulate: 1) { session in
      let trainer = session.trainer
      return batches.map { batch in
        trainer.context.place.batch = batch - batches.lowerBound
        _ = trainer.model.trainStep(
          x: trainer.train.x(batch), y: trainer.train.y(batch), gradients: trainer.exchange.gradients)
        // As the trainer finishes it: a shared tensor's is the sum of both of its gradients.
        var gradient = trainer.exchange.gradients.array
        for (parameter, second) in trainer.layout.sharedGradients {
          for (place, other) in zip(parameter, second) {
            gradient[place] += gradient[other]
            gradient[other] = 0
          }
        }
        return gradient
      }
    }
  }

  private static func mean(_ gradients: [[Float]]) -> [Float] {
    gradients[0].indices.map { place in
      gradients.dropFirst().reduce(gradients[0][place]) { $0 + $1[place] } / Float(gradients.count)
    }
  }

  @Test func groupsStayWithinTheEpoch() {
    let even = BatchGroups(batches: 12, size: 4)
    #expect((0..<even.steps).map { even[$0] } == [0..<4, 4..<8, 8..<12])
    let uneven = BatchGroups(batches: 10, size: 4)
    #expect((0..<uneven.steps).map { uneven[$0] } == [0..<4, 4..<8, 8..<10])
    #expect(BatchGroups(batches: 3, size: 100)[0] == 0..<3)
    #expect(BatchGroups(batches: 261, size: 1).steps == 261)
  }

  @Test(arguments: ModelKind.all + [TinyModel.kind]) func theGradientIsTheMeanOfItsBatches(kind: ModelKind) throws {
    let mean = Self.mean(try Self.gradients(kind, batches: 0..<3))
    let momentum = try Self.run(kind, accumulate: 3) { session in
      _ = session.trainer.step(0, learningRate: 1e-3, momentum: 0.9, weightDecay: 0)
      return session.trainer.slots.views[0].array
    }
    // Adam's first moment is (1 − momentum)·g after its first update.
    #expect(momentum == mean.map { $0 * Float(1 - 0.9) })
    #expect(mean.contains { $0 != 0 })
  }

  @Test func anEpochsLastStepHasTheBatchesThatAreLeft() throws {
    let (steps, batches) = try Self.run(.model3, accumulate: 4) {
      ($0.stepsPerEpoch, $0.trainer.train.count)
    }
    #expect(batches % 4 != 0 && steps == batches / 4 + 1)
    let mean = Self.mean(try Self.gradients(.model3, batches: (batches / 4 * 4)..<batches))
    let momentum = try Self.run(.model3, accumulate: 4) { session in
      _ = session.trainer.step(steps - 1, learningRate: 1e-3, momentum: 0.9, weightDecay: 0)
      return session.trainer.slots.views[0].array
    }
    #expect(momentum == mean.map { $0 * Float(1 - 0.9) })
  }

  @Test func theLossIsTheMeanAndEveryStepIsOneUpdate() throws {
    let plain = try Self.run(.model3, accumulate: 1) { session in
      (0..<3).map { batch in
        session.trainer.model.trainStep(
          x: session.trainer.train.x(batch), y: session.trainer.train.y(batch),
          gradients: session.trainer.exchange.gradients) / Double(session.trainer.predictions)
      }
    }
    let (losses, updates) = try Self.run(.model3, accumulate: 3) { session in
      var losses: [Double] = []
      try session.fit(
        session.plan(learningRate: 1e-3), FitObserver(step: { losses.append($0.loss) }, epoch: { _ in }))
      return (losses, session.trainer.updates)
    }
    #expect(losses[0] == (plain[0] + plain[1] + plain[2]) / 3)
    #expect(updates == losses.count)
  }

  @Test(arguments: ModelKind.all + [TinyModel.kind], [nil, 0.1])
  func anyNumberOfThreadsHasTheSameBits(kind: ModelKind, clip: Double?) throws {
    func digest(_ threads: Int) throws -> String? {
      try Self.run(kind, accumulate: 7, threads: threads, clip: clip) { session in
        _ = session.findLearningRate(LearningRateFinder())
        try session.fit(session.plan(learningRate: 1e-2), FitObserver(step: { _ in }, epoch: { _ in }))
        return session.digest()
      }
    }
    let alone = try #require(try digest(1))
    for threads in [2, 3, 5] { #expect(try digest(threads) == alone, "\(threads) threads") }
  }
}
