import Foundation
import Testing

@testable import Models
@testable import Runs
@testable import Tokenization
import Training

@Suite struct LearnerTests {
  private struct Recorded: Decodable {
    let epochs: Int
    let lrMax: Double
    let trainLossPerStep, lrPerStep, validLossPerEpoch, accuracyPerEpoch: [Double]
  }

  private struct RecordedCurve: Decodable {
    let iterations: Int
    let lrPerStep: [Double]
    let smoothedLossPerStep: [Double?]
  }

  private func error(_ ours: [Double], _ theirs: [Double]) -> Double {
    ours.count == theirs.count ? zip(ours, theirs).map { abs($0 - $1) / abs($1) }.max() ?? .infinity : .infinity
  }

  @Test(arguments: [
    ("model0", ModelDescription.model0, 3), ("model1", .model1, 3), ("model2", .model2, 3), ("model3", .model3, 3),
    ("model3-bptt20", .model3, 20),
  ])
  func fitsAsRecorded(name: String, model: ModelDescription, bptt: Int) throws {
    let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Golden/\(name)")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let recorded = try decoder.decode(
      Recorded.self, from: Data(contentsOf: golden.appendingPathComponent("run.json")))
    let learn = try Learner(
      LanguageModelData(.humanNumbers, batchSize: 64, bptt: bptt), model, metrics: [Metric(model.kind)],
      weights: golden.appendingPathComponent("init.safetensors").path)
    var lines: [String] = []
    learn.output = { lines.append($0) }
    try learn.findLearningRate()
    try learn.fitOneCycle(
      recorded.epochs, maxLearningRate: recorded.lrMax, pctStart: model == .model2 ? 0.1 : 0.3)
    let recorder = learn.recorder
    #expect(error(Array(recorder.losses[..<50]), Array(recorded.trainLossPerStep[..<50])) < (bptt == 20 ? 3e-4 : 1e-4))
    #expect(error(recorder.learningRates, recorded.lrPerStep) < 1e-6)
    #expect(error(recorder.validLosses, recorded.validLossPerEpoch) < 0.02)
    #expect(error(recorder.metricValues.map { $0[0] }, recorded.accuracyPerEpoch) < 0.04)
    #expect(recorder.curve?.learningRates.count ?? 0 > 80)
    #expect(lines.count == recorded.epochs + 1)
    #expect(lines[0].split(separator: " ").map(String.init).dropLast().last == Metric(model.kind).name)
  }

  @Test(arguments: [("model0", ModelDescription.model0), ("model2", .model2), ("model3", .model3)])
  func findsTheRecordedCurve(name: String, model: ModelDescription) throws {
    let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Golden/lr-find-\(name)")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let recorded = try decoder.decode(
      RecordedCurve.self, from: Data(contentsOf: golden.appendingPathComponent("run.json")))
    let learn = try Learner(
      LanguageModelData(.humanNumbers, batchSize: 64, bptt: 3), model,
      weights: golden.appendingPathComponent("init.safetensors").path)
    let curve = try learn.findLearningRate()
    #expect(abs(curve.losses.count - recorded.iterations) <= 3)
    let smoothed = recorded.smoothedLossPerStep.map { $0 ?? .infinity }
    let lowest = smoothed.indices.min { smoothed[$0] < smoothed[$1] } ?? 0
    #expect(lowest > 50)
    #expect(error(Array(curve.smoothedLosses[0...lowest]), Array(smoothed[0...lowest])) < 1e-3)
    let rates = min(curve.learningRates.count, recorded.lrPerStep.count)
    #expect(error(Array(curve.learningRates[..<rates]), Array(recorded.lrPerStep[..<rates])) < 1e-6)
  }

  @Test func refusesLossesAndMetricsOfOtherModels() throws {
    let data = try LanguageModelData(.humanNumbers, batchSize: 64, bptt: 3)
    #expect(throws: RunError.self) { try Learner(data, .model0, loss: .crossEntropy) }
    #expect(throws: RunError.self) { try Learner(data, .model3, metrics: [.acc4]) }
    #expect(throws: RunError.self) { try Learner(data, .model3, hidden: 0) }
    #expect(throws: RunError.self) { try Learner(data, .model3, lanes: 65) }
    let learn = try Learner(data, .model3)
    #expect(throws: RunError.self) { try learn.fitOneCycle(0) }
    #expect(throws: RunError.self) { try learn.findLearningRate(start: 1, end: 0.1) }
  }

  @Test func fitsGoOnWhereTheyStopped() throws {
    let data = try LanguageModelData(.humanNumbers, batchSize: 32, bptt: 20)
    func digest(_ body: (Learner) throws -> Void) throws -> String {
      let learn = try Learner(data, .model3, hidden: 16)
      learn.output = { _ in }
      try body(learn)
      return try #require(try learn.digest())
    }
    let once = try digest { try $0.fit(2, learningRate: 1e-3) }
    let twice = try digest {
      try $0.fit(1, learningRate: 1e-3)
      try $0.findLearningRate()
      try $0.fit(1, learningRate: 1e-3)
    }
    #expect(once == twice)
  }

  /// Weights whose shapes fit, but of another model or of other words.
  @Test func weightsOfAnotherModelOrVocabularyAreRefused() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    func data(_ words: String) throws -> LanguageModelData {
      let text = Array(String(repeating: words + "\n", count: 20).utf8)
      return try LanguageModelData(
        Corpora(train: ("train", text), valid: ("valid", text)), batchSize: 4, bptt: 3)
    }
    let first = try Learner(data("one two"), .model2, hidden: 16)
    try Data(#require(try first.weightsFile())).write(to: file)
    _ = try Learner(data("one two"), .model2, hidden: 16, weights: file.path)
    func problem(_ words: String, _ model: ModelDescription) throws -> String {
      let error = #expect(throws: RunError.self) {
        try Learner(data(words), model, hidden: 16, weights: file.path)
      }
      #expect(error?.status == .badData && error?.place == file.path)
      return error?.problem ?? ""
    }
    #expect(try problem("one two", .model3) == "the weights are those of model2, not of model3")
    #expect(try problem("one three", .model2).contains("is \"two\" there and \"three\" here"))
  }
}
