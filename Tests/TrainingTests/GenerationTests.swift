import Kernels
import Teams
import Testing

@testable import Data
@testable import Files
@testable import Fitting
@testable import Inference
@testable import Models
@testable import Reports
@testable import Tokenization
import Training

/// The token-by-token models against those that training evaluates.
@Suite struct GenerationTests {
  private let text: [UInt8] = Array("one two , three\ntwo one\nthree two one , two\n".utf8)

  /// A model's validation by the kernels, and by feeding its predictor the same tokens.
  @Test(arguments: ModelKind.all) func predictorsGiveTheValidationsLosses(kind: ModelKind) throws {
    // model0 reads three tokens; all others go on for any number.
    let bptt = kind == .model0 ? 3 : 4
    var configuration = RunConfiguration()
    configuration.model = .small(kind, hidden: 20)
    configuration.batchSize = 1
    configuration.bptt = bptt
    let corpora = try Corpora(train: ("train", text), valid: ("valid", text))
    let session = try Session(
      configuration, Texts(corpora), team: LocalWorkers(lanes: Lanes(batchSize: 1, count: 1), threads: 1).teams[0])
    session.trainer.resetStates()
    let before = try #require(session.weightsFile())
    // Statistics other than at the start, and weights of no training, which BatchNorm of one stream could not stand.
    let model = try Self.model(Self.changingStatistics(before))
    session.trainer.load(try Self.weights(model))
    let (loss, accuracy) = session.validate()

    let tokens = corpora.valid.tokens(0..<corpora.valid.count)
    var predictor = try TokenPredictor(model)
    var losses: [Double] = []
    var correct: [Double] = []
    let steps = (tokens.count + bptt - 1) / bptt
    for step in 0..<steps {
      if session.trainer.model.carriedStates.isEmpty { predictor = try TokenPredictor(model) }
      var batch: [(Double, Double)] = []
      for index in (step * bptt)..<(step * bptt + bptt) {
        let logits = predictor.next(tokens[index % tokens.count]).map(Double.init)
        let target = Int(tokens[(index + 1) % tokens.count])
        let largest = logits.max() ?? 0
        let sum = logits.map { exponential($0 - largest) }.reduce(0, +)
        batch.append((logarithm(sum) + largest - logits[target], logits.firstIndex(of: largest) == target ? 1 : 0))
      }
      if !kind.type.predictsEveryToken { batch = batch.suffix(1) }
      losses.append(batch.map(\.0).reduce(0, +) / Double(batch.count))
      correct.append(batch.map(\.1).reduce(0, +) / Double(batch.count))
    }
    #expect(abs(losses.reduce(0, +) / Double(steps) - loss) < 1e-5)
    #expect(abs(correct.reduce(0, +) / Double(steps) - accuracy) < 1e-9)
  }

  /// What is told token by token is the text.
  @Test func partsMakeTheText() throws {
    var configuration = RunConfiguration()
    configuration.hidden = 8
    configuration.batchSize = 1
    let corpora = try Corpora(train: ("train", text), valid: ("valid", text))
    let session = try Session(
      configuration, Texts(corpora), team: LocalWorkers(lanes: Lanes(batchSize: 1, count: 1), threads: 1).teams[0])
    let model = try Self.model(#require(session.weightsFile()))
    var parts: [String] = []
    let told = try TextGeneration(model, prompt: "one two") { parts.append($0) }
    #expect(parts.count == 40)
    #expect(parts[0].hasPrefix("one two"))
    #expect(parts.joined() == told.text)
    #expect(try TextGeneration(model, prompt: "one two").text == told.text)
  }

  private static func model(_ bytes: [UInt8]) throws -> TrainedModel { try TrainedModel(bytes, path: "test") }

  private static func changingStatistics(_ bytes: [UInt8]) throws -> [UInt8] {
    let file = try SafetensorsFile(bytes)
    let tensors = try file.tensors.map { tensor in
      var values = try file.floats(tensor.name, shape: tensor.shape)
      if tensor.name.contains("running_") {
        for index in values.indices { values[index] += 0.1 * Float(index % 7) }
      }
      return NamedTensor(tensor.name, shape: tensor.shape, .floats(values))
    }
    return SafetensorsFile.bytes(tensors: tensors, metadata: file.metadata.map { ($0.key, $0.value) })
  }

  private static func weights(_ model: TrainedModel) throws -> [String: [Float]] {
    var weights: [String: [Float]] = [:]
    let description = try #require(model.description)
    for tensor in description.layout(vocabulary: model.vocabularySize).tensors {
      weights[tensor.name] = try model.floats(tensor.name, shape: tensor.shape)
    }
    guard description.norm == .batch else { return weights }
    for name in ["batch_norm.running_mean", "batch_norm.running_var"] {
      weights[name] = try model.floats(name, shape: [description.outputWidth])
    }
    return weights
  }

  @Test func drawingFollowsTheLogits() {
    let logits: [Float] = [9, 1, 3, 3, -2]
    var greedy = TokenSampler(temperature: 0, topK: nil, seed: 1, excluded: [0])
    #expect(greedy.draw(logits) == 2)
    var two = TokenSampler(temperature: 1, topK: 2, seed: 1, excluded: [0])
    let drawn = (0..<400).map { _ in two.draw(logits) }
    #expect(Set(drawn) == [2, 3])
    #expect((120...280).contains(drawn.count { $0 == 2 }))
    var hot = TokenSampler(temperature: 100, topK: nil, seed: 1, excluded: [])
    #expect(Set((0..<400).map { _ in hot.draw(logits) }) == [0, 1, 2, 3, 4])
    var again = TokenSampler(temperature: 1, topK: 2, seed: 1, excluded: [0])
    #expect((0..<400).map { _ in again.draw(logits) } == drawn)
  }

  /// A model3 of three letters with the same value everywhere.
  private static func constant(_ value: Float) throws -> TrainedModel {
    let layout = ModelDescription.small(.model3, hidden: 4).layout(vocabulary: 3)
    var tensors = layout.tensors.map {
      NamedTensor($0.name, shape: $0.shape, .floats([Float](repeating: value, count: $0.shape.reduce(1, *))))
    }
    for name in ["batch_norm.running_mean", "batch_norm.running_var"] {
      tensors.append(NamedTensor(name, shape: [4], .floats([1, 1, 1, 1])))
    }
    let bytes = SafetensorsFile.bytes(
      tensors: tensors, metadata: [("model", "model3"), ("tokenizer", "char"), ("vocabulary", #"["a","b","c"]"#)])
    return try Self.model(bytes)
  }

  @Test func noTextWithoutPredictions() throws {
    for value in [Float.nan, .infinity, 3e38] {
      let model = try Self.constant(value)
      #expect { try TextGeneration(model, prompt: "ab") } throws: {
        let problem = value.isFinite ? "the model's predictions are not finite" : "weights that are not finite"
        return ($0 as? RunError)?.problem.hasPrefix(problem) ?? false && ($0 as? RunError)?.status == .badData
      }
    }
    // Unlikely tokens are never drawn, however unlikely.
    var settings = TextGeneration.Settings()
    settings.temperature = 1e-300
    #expect(try TextGeneration(Self.constant(0.5), prompt: "ab", settings).tokens.count == 40)
    var cold = TokenSampler(temperature: 1e-300, topK: nil, seed: 1, excluded: [])
    #expect(cold.draw([-3e38, 1, 3e38, 2]) == 2)
  }

  /// A vocabulary without `xxunk` can't read other words.
  @Test func aWordThatNothingStandsForIsNamed() throws {
    let model = try Self.constant(0.5)
    #expect(try TextGeneration(model, prompt: "ab").text.hasPrefix("ab"))
    #expect { try TextGeneration(model, prompt: "abx") } throws: {
      ($0 as? RunError)?.problem == #"the vocabulary has no "x""# && ($0 as? RunError)?.status == .usage
    }
  }
}
