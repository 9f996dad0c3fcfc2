import Foundation
import Launching
import Testing

@testable import RNNExploration
@testable import Kernels
@testable import Models
@testable import Reports
@testable import Runs
@testable import Tokenization
import Training

/// Our runs beside what fastai's notebook has reached over 12 seeds (`Golden/notebook-statistics.json`).
///
/// Three seeds by default; with `DIST_TRAIN_SEEDS=12` in the environment, twelve.
@Suite(.serialized) struct NotebookStatisticsTests {
  /// Mean, standard deviation, minimum, maximum.
  struct Spread { let mean, deviation, lowest, highest: Double }

  private let seeds = ProcessInfo.processInfo.environment["DIST_TRAIN_SEEDS"].flatMap { Int($0) } ?? 3

  private func spread(_ model: String, _ figure: String) throws -> Spread {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Golden/notebook-statistics.json")
    let all = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: [String: Any]])
    let values = try #require(all[model]?[figure] as? [Double])
    return Spread(mean: values[0], deviation: values[1], lowest: values[2], highest: values[3])
  }

  /// Two thirds of the values lie within the notebook's range, give or take a standard deviation, and their median as
  /// near its mean as that of so many runs of the notebook would (three standard errors of the difference). Single runs
  /// may lie outside: of 60 fits of Model3, four end with an accuracy above all of the notebook's twelve.
  private func check(_ values: [Double], _ spread: Spread, _ name: String) {
    let range = (spread.lowest - spread.deviation)...(spread.highest + spread.deviation)
    #expect(values.count { range.contains($0) } * 3 >= values.count * 2, "\(name): \(values)")
    let sorted = values.sorted()
    let median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    let error = spread.deviation * (1 / 12 + 1 / Double(values.count)).squareRoot()
    #expect(abs(median - spread.mean) < 3 * error, "\(name): \(values)")
  }

  @Test func theFourFitsEndWhereTheNotebooksDo() throws {
    var results: [String: [[Double]]] = [:]
    for seed in 1...seeds {
      let run = try BuiltProgram("rnn-exploration").run(["--out", "none", "--seed", "\(seed)"])
      try #require(run.status == 0, "\(run.errors)")
      for model in ["model0", "model1", "model2", "Model3"] {
        let row = try #require(run.output.last { $0.hasPrefix("\(model) ") }).split(separator: " ")
        // The model, then each figure with the notebook's "mean ± deviation" after it.
        results[model, default: []].append(try [1, 5, 9].map { try #require(Double(row[$0])) })
      }
    }
    for (model, rows) in results {
      let theirs = model == "Model3" ? "Model3_no_lrfind" : model
      for (column, figure) in ["train_loss", "valid_loss", "accuracy"].enumerated() {
        check(rows.map { $0[column] }, try spread(theirs, figure), "\(model) \(figure)")
      }
    }
  }

  /// The lesson's own Model3: 20 epochs at 3e-3, bptt 20.
  @Test func theLessonsModel3() throws {
    let data = try LanguageModelData(.humanNumbers, batchSize: 64, bptt: 20)
    let accuracies = try (1...seeds).map { seed in
      let learn = try Learner(data, .model3, metrics: [.accuracy], seed: UInt64(seed))
      learn.output = { _ in }
      try learn.fitOneCycle(20, maxLearningRate: 3e-3)
      return try #require(learn.recorder.metricValues.last?.first)
    }
    check(accuracies, try spread("lesson7_Model3_20ep_3e-3_bptt20", "accuracy"), "accuracy")
  }

  @Test func thePageTellsTheNotebooksFigures() throws {
    for (model, theirs) in [
      ("model0", "model0"), ("model1", "model1"), ("model2", "model2"), ("Model3", "Model3_no_lrfind"),
    ] {
      let row = FitResult.table([FitResult(model, recorder())])[1]
      for (column, figure) in [(2, "train_loss"), (4, "valid_loss"), (6, "accuracy")] {
        let spread = try spread(theirs, figure)
        let numbers = row[column].split(separator: " ± ").compactMap { Double($0) }
        try #require(numbers.count == 2)
        #expect(abs(numbers[0] - spread.mean) <= 0.000_51 && abs(numbers[1] - spread.deviation) <= 0.000_51)
      }
    }
  }

  private func recorder() -> Recorder {
    var recorder = Recorder(metrics: [], caption: "")
    recorder.epochs = [EpochRecord(epoch: 1, trainLoss: 1, validLoss: 1, accuracy: 1, seconds: 1)]
    return recorder
  }
}
