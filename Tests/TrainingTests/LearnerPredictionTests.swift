import Foundation
import Launching
import Testing

@testable import Fitting
@testable import Inference
@testable import Models
@testable import Runs
import Training

/// What a learner's model says, which changes nothing.
@Suite struct LearnerPredictionTests {
  private static func learner(_ model: ModelDescription = .gru(layers: 2, hidden: 16), bptt: Int = 20) throws -> Learner
  {
    let learn = try Learner(LanguageModelData(.humanNumbers, batchSize: 32, bptt: bptt), model)
    learn.output = { _ in }
    try learn.fitOneCycle(1, maxLearningRate: 1e-2)
    return learn
  }

  @Test func aTextIsThatOfTheFile() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let learn = try Self.learner()
    let before = try learn.digest()
    var parts: [String] = []
    let text = try learn.predict("one thousand", tokens: 12, temperature: 0.8, seed: 7) { parts.append($0) }
    #expect(parts.count == 12 && parts.joined() == text && text.hasPrefix("one thousand"))
    let file = "\(folder.path)/weights.safetensors"
    try learn.save(file)
    var settings = TextGeneration.Settings()
    (settings.tokens, settings.temperature, settings.seed) = (12, 0.8, 7)
    #expect(try TextGeneration(TrainedModel(file), prompt: "one thousand", settings).text == text)
    #expect(try learn.digest() == before)
    #expect(throws: RunError.self) { try learn.predict(tokens: 0) }
    #expect(throws: RunError.self) { try learn.predict(temperature: -1) }
  }

  @Test func predictionsAreTheTextsTokens() throws {
    let learn = try Self.learner()
    let before = try learn.digest()
    let predictions = try learn.predictions(probabilities: true)
    let corpus = learn.data.corpora.valid
    #expect(predictions.targets == corpus.tokens(1..<corpus.count))
    #expect(predictions.count == corpus.count - 1 && predictions.probabilities.count == predictions.count * 40)
    for index in stride(from: 0, to: predictions.count, by: 997) {
      let row = Array(predictions[index])
      #expect(abs(row.reduce(0, +) - 1) < 1e-5)
      #expect(row.max() == row[Int(predictions.predicted[index])])
      #expect(abs(-log(row[Int(predictions.targets[index])]) - predictions.losses[index]) < 1e-4)
    }
    // Those of an epoch's validation but for the tokens that fill its last batch.
    let (loss, accuracy) = (learn.recorder.validLosses[0], learn.recorder.epochs[0].accuracy)
    #expect(abs(predictions.loss - loss) < 0.02 && abs(predictions.accuracy - accuracy) < 0.01)
    #expect(try learn.perplexity() == perplexity(ofLoss: loss))
    let confused = try learn.mostConfused(minimum: 3)
    let wrong = zip(predictions.targets, predictions.predicted).count { $0 != $1 }
    #expect(try learn.mostConfused().reduce(0) { $0 + $1.count } == wrong && confused.allSatisfy { $0.count >= 3 })
    #expect(zip(confused, confused.dropFirst()).allSatisfy { $0.count >= $1.count } && confused.count > 1)
    // The train split's as well.
    let train = try learn.predictions(.train)
    #expect(train.targets == learn.data.corpora.train.tokens(1..<learn.data.corpora.train.count))
    #expect(train.probabilities.isEmpty && train[0].isEmpty)
    #expect(try learn.digest() == before)
    // Nothing has been moved: a validation is that of a learner that was asked nothing.
    let other = try Self.learner()
    #expect(try learn.validate().loss == other.validate().loss)
  }

  @Test func resultsAreShown() throws {
    let learn = try Self.learner()
    var lines: [String] = []
    learn.output = { lines.append($0) }
    let table = try learn.showResults(rows: 3, tokens: 15)
    #expect(table.rows.count == 3 && lines == [table.description])
    let corpus = learn.data.corpora.valid
    #expect(table.rows[0].context == learn.data.textify(corpus.tokens(1..<16)))
    #expect(table.rows[0].target == learn.data.textify(corpus.tokens(16..<31)))
    let predictions = try learn.predictions()
    #expect(table.rows[0].prediction == learn.data.textify(predictions.predicted[15..<30]))
    #expect(table.description.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(throws: RunError.self) { try learn.showResults(rows: 0) }
  }

  /// Models that predict the last token of each step alone.
  @Test func lastTokensArePredictedToo() throws {
    let learn = try Self.learner(.model1, bptt: 3)
    let predictions = try learn.predictions()
    let rows = try learn.showResults(rows: 2, tokens: 4).rows
    #expect(predictions.count > 13_017 / 3 - 40 && predictions.count <= 13_017 / 3)
    #expect(predictions.targets[0] == learn.data.corpora.valid.tokens(3..<4)[0])
    #expect(rows[0].context.split(separator: " ").count == 4)
    #expect(abs(predictions.accuracy - learn.recorder.epochs[0].accuracy) < 0.02)
  }

  @Test func aSummaryCountsWhatThereIs() throws {
    var model = ModelDescription.awdLSTM(embedding: 24, hidden: 40, layers: 2)
    model.tiesWeights = true
    let learn = try Learner(LanguageModelData(.humanNumbers, batchSize: 16, bptt: 10), model)
    let summary = try learn.summary()
    #expect(summary.layers.map(\.name) == ["encoder", "rnns.0", "rnns.1", "decoder"])
    #expect(summary.layers.map(\.type) == ["Embedding", "LSTM", "LSTM", "Linear, tied"])
    #expect(summary.layers.map(\.width) == [24, 40, 24, 40])
    #expect(
      summary.layers.map(\.parameters) == [40 * 24, 160 * 24 + 160 * 40 + 320, 96 * 40 + 96 * 24 + 192, 40])
    #expect(summary.outputShape(of: 1) == [16, 10, 40] && summary.trainedParameters == summary.parameters)
    #expect(summary.memory.node > 4 * 3 * summary.parameters)
    let lines = "\(summary)".split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("rnns.0") && $0.contains("(16, 10, 40)") && $0.contains("10,560") })
    #expect(lines.contains { $0.hasPrefix("activations of a step") })
    let last = try Learner(LanguageModelData(.humanNumbers, batchSize: 16, bptt: 3), .model0).summary()
    let output = try #require(last.layers.firstIndex { $0.isOutput })
    #expect(last.layers[output].name == "hidden_to_output" && last.outputShape(of: output) == [16, 40])
    #expect(last.layers.map(\.type).contains("BatchNorm"))
  }

  @Test func plotsPrint() throws {
    let learn = try Self.learner()
    let plot = learn.recorder.plotLosses()
    #expect("\(plot)\n" == plot.terminalText() && "\(plot)".contains("valid"))
    #expect("\(learn.recorder.plotSchedule())".contains("momentum"))
  }
}
