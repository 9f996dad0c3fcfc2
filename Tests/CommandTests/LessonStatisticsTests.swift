import Foundation
import Testing

@testable import RNNExploration
@testable import Runs
import Training

/// What lesson 7's models after the notebook end in, beside what fastai reaches over 12 seeds
/// (`Golden/lesson-statistics.json`).
///
/// One seed by default; with `DIST_TRAIN_SEEDS=12` in the environment, twelve, which takes some minutes.
@Suite(.serialized) struct LessonStatisticsTests {
  /// A recorded case: mean and standard deviation by figure.
  private typealias Figures = [String: (mean: Double, deviation: Double)]

  private static let figures = [("train_loss", 0), ("valid_loss", 1), ("accuracy", 2)]
  private let seeds = ProcessInfo.processInfo.environment["DIST_TRAIN_SEEDS"].flatMap { Int($0) } ?? 1

  private func recorded(_ name: String) throws -> Figures {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Golden/lesson-statistics.json")
    let all = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: [String: Any]])
    let entry = try #require(all[name])
    var result: Figures = [:]
    for (figure, _) in Self.figures {
      let values = try #require(entry[figure] as? [String: Any])
      result[figure] = (try #require(values["mean"] as? Double), try #require(values["sd"] as? Double))
    }
    return result
  }

  /// Fits with each seed. The mean of so many lies within one standard deviation of fastai's mean, and of fewer than
  /// twelve within as many more as their own mean scatters by: three standard errors.
  ///
  /// - times: how many times as many seeds as twelve it takes for a mean that scatters as little as the other cases'.
  private func check(
    _ name: String, _ model: ModelDescription, epochs: Int, rate: Double,
    momenta: (ends: Double, peak: Double) = (0.95, 0.85), weightDecay: Double = 0.01, times: Int = 1
  ) throws {
    let seeds = seeds < 12 ? seeds : seeds * times
    let data = try LanguageModelData(.humanNumbers, batchSize: 64, bptt: 20)
    let ends = try (1...seeds).map { seed in
      let learn = try Learner(data, model, metrics: [.accuracy], seed: UInt64(seed))
      learn.output = { _ in }
      try learn.fitOneCycle(
        epochs, maxLearningRate: rate, momenta: momenta, weightDecay: weightDecay)
      let last = try #require(learn.recorder.epochs.last)
      return [last.trainLoss, last.validLoss, last.accuracy]
    }
    let theirs = try recorded(name)
    for (figure, column) in Self.figures {
      let values = ends.map { $0[column] }
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
      let deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : 0
      let recorded = try #require(theirs[figure])
      let allowed = recorded.deviation * (seeds >= 12 ? 1 : 1 + 3 / Double(seeds).squareRoot())
      let line =
        "\(name) \(figure), \(seeds) seeds: \(fixed(mean)) ± \(fixed(deviation)), fastai \(fixed(recorded.mean)) ± "
        + fixed(recorded.deviation)
      print(line)
      #expect(abs(mean - recorded.mean) <= allowed, "\(line)")
    }
  }

  private func fixed(_ value: Double) -> String { NumberText.fixed(value, decimals: 4) }

  @Test func model4() throws { try check("rnn-lesson", .rnn(layers: 1), epochs: 20, rate: 3e-3) }

  @Test func model5() throws { try check("gru2-lesson", .gru(layers: 2), epochs: 10, rate: 1e-2) }

  @Test func twoLayersOfLSTM() throws { try check("lstm2-lesson", .lstm(layers: 2), epochs: 15, rate: 1e-2) }

  @Test func awdLSTMWithAllDropouts() throws {
    try check(
      "awd-lstm-dropout", .awdLSTM(embedding: 64, hidden: 64, layers: 2), epochs: 15, rate: 1e-2, momenta: (0.8, 0.7),
      weightDecay: 0.1, times: 4)
  }

  @Test(arguments: [("Model4", "rnn-lesson"), ("Model5", "gru2-lesson")])
  func thePageTellsTheLessonsFigures(model: String, name: String) throws {
    var recorder = Recorder(metrics: [], caption: "")
    recorder.epochs = [EpochRecord(epoch: 1, trainLoss: 1, validLoss: 1, accuracy: 1, seconds: 1)]
    let row = FitResult.table([FitResult(model, recorder)])[1]
    let theirs = try recorded(name)
    for (column, figure) in [(2, "train_loss"), (4, "valid_loss"), (6, "accuracy")] {
      let recorded = try #require(theirs[figure])
      let numbers = row[column].split(separator: " ± ").compactMap { Double($0) }
      try #require(numbers.count == 2)
      #expect(abs(numbers[0] - recorded.mean) <= 0.000_51 && abs(numbers[1] - recorded.deviation) <= 0.000_51)
    }
  }
}
