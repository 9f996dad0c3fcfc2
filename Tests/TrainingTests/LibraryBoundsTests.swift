import Foundation
import Launching
import Testing
import Training

/// The library holds its parameters against the bounds of the command line's options, and names its own parameters.
@Suite struct LibraryBoundsTests {
  private func place(_ body: () throws -> Void) -> String? {
    let error = #expect(throws: RunError.self) { try body() }
    #expect(error?.status == .usage)
    #expect(error?.description.contains("--") == false, "\(String(describing: error))")
    return error?.place
  }

  @Test func fits() throws {
    let learn = try Learner(LanguageModelData(.humanNumbers, batchSize: 64, bptt: 70), .model3, hidden: 8)
    #expect(place { try learn.fitOneCycle(1, pctStart: .nan) } == "pctStart")
    #expect(place { try learn.fitOneCycle(1, pctStart: 1.5) } == "pctStart")
    for epochs in [Int.max, Int.min, 0] { #expect(place { try learn.fitOneCycle(epochs) } == "epochs") }
    for rate in [-1e-3, 0, .nan, .infinity] {
      #expect(place { try learn.fitOneCycle(1, maxLearningRate: rate) } == "maxLearningRate")
      #expect(place { try learn.fit(1, learningRate: rate) } == "learningRate")
    }
    for factor in [-25.0, 0, .nan] { #expect(place { try learn.fitOneCycle(1, divFactor: factor) } == "divFactor") }
    for decay in [-1, Double.nan] {
      #expect(place { try learn.fitOneCycle(1, weightDecay: decay) } == "weightDecay")
      #expect(place { try learn.fit(1, weightDecay: decay) } == "weightDecay")
      #expect(place { try learn.findLearningRate(weightDecay: decay) } == "weightDecay")
    }
    for momentum in [-0.1, 1, .nan] {
      #expect(place { try learn.fitOneCycle(1, momenta: (momentum, 0.85)) } == "momenta")
      #expect(place { try learn.fitOneCycle(1, momenta: (0.95, momentum)) } == "momenta")
      #expect(place { try learn.fit(1, momentum: momentum) } == "momentum")
    }
    #expect(place { try learn.fit(.max) } == "epochs")
    // Nothing of it has begun: the learner goes on.
    try learn.fit(1, learningRate: 1e-3)
    #expect(learn.recorder.steps.count == 12)
  }

  @Test func findersOfLearningRates() throws {
    let learn = try Learner(LanguageModelData(.humanNumbers, batchSize: 64, bptt: 70), .model3, hidden: 8)
    #expect(place { try learn.findLearningRate(start: 0) } == "start")
    #expect(place { try learn.findLearningRate(start: .nan) } == "start")
    #expect(place { try learn.findLearningRate(end: .infinity) } == "end")
    #expect(place { try learn.findLearningRate(start: 1, end: 0.1) } == "start, end")
    for count in [1, Int.max] { #expect(place { try learn.findLearningRate(iterations: count) } == "iterations") }
  }

  @Test func sizes() throws {
    for size in [0, -1, Int.max] {
      #expect(place { _ = try LanguageModelData(.humanNumbers, batchSize: size) } == "batchSize")
      #expect(place { _ = try LanguageModelData(.humanNumbers, bptt: size) } == "bptt")
    }
    let data = try LanguageModelData(.humanNumbers, batchSize: 64, bptt: 70)
    for size in [0, -1, Int.max] {
      #expect(place { _ = try Learner(data, .model3, hidden: size) } == "hidden")
      #expect(place { _ = try Learner(data, .model3, accumulate: size) } == "accumulate")
      #expect(place { _ = try Learner(data, .model3, lanes: size) } == "lanes")
    }
    #expect(place { _ = try Learner(data, .model0, loss: .crossEntropy) } == "loss")
    #expect(place { _ = try Learner(data, .model3, metrics: [.acc4]) } == "metrics")
    #expect(place { _ = try Learner(data, .lstm(layers: 0)) } == "model (layers)")
    let one = try LanguageModelData(.humanNumbers, batchSize: 1, bptt: 70)
    #expect(place { _ = try Learner(one, .model3) } == "data (batchSize)")
  }

  @Test func sessions() throws {
    let team = try LocalWorkers(lanes: Lanes(batchSize: 1, count: 1), threads: 1).teams[0]
    func place(_ change: (inout RunConfiguration) -> Void) -> String? {
      var configuration = RunConfiguration()
      change(&configuration)
      return self.place { _ = try Session(configuration, team: team) }
    }
    #expect(place { $0.hidden = 0 } == "configuration (hidden)")
    #expect(place { $0.batchSize = 0 } == "configuration (batch-size)")
    #expect(place { $0.epochs = .max } == "configuration (epochs)")
    #expect(place { $0.pctStart = .nan } == "configuration (pct-start)")
    #expect(place { $0.learningRate = -1e-3 } == "configuration (lr)")
    #expect(place { $0.divFactor = -25 } == "configuration (div-factor)")
    #expect(place { $0.weightDecay = -1 } == "configuration (weight-decay)")
    #expect(place { $0.lanes = 65 } == "configuration (lanes)")
  }

  @Test func generation() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let learn = try Learner(LanguageModelData(.humanNumbers, batchSize: 64, bptt: 70), .model3, hidden: 8)
    let weights = try #require(try learn.weightsFile())
    let model = try TrainedModel(folder.file("model", Data(weights)).path)
    func place(_ change: (inout TextGeneration.Settings) -> Void) -> String? {
      var settings = TextGeneration.Settings()
      change(&settings)
      return self.place { _ = try TextGeneration(model, prompt: "one", settings) }
    }
    for count in [0, -1, Int.max] { #expect(place { $0.tokens = count } == "tokens") }
    for temperature in [-1, Double.nan, .infinity] {
      #expect(place { $0.temperature = temperature } == "temperature")
    }
    #expect(place { $0.topK = 0 } == "topK")
  }

  @Test func tokenization() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let text = try folder.file("text", Data("one two\nthree four\n".utf8)).path
    func place(_ change: (inout TokenizeOptions) -> Void) -> String? {
      var options = TokenizeOptions(files: [text])
      change(&options)
      return self.place { _ = try TokenDirectory.make(folder.path + "/out", options) }
    }
    #expect(place { $0.files = [""] } == "files")
    #expect(place { $0.validFiles = [""] } == "validFiles")
    #expect(place { $0.minimumFrequency = 0 } == "minimumFrequency")
    for size in [15, Int.max] { #expect(place { $0.maximumVocabulary = size } == "maximumVocabulary") }
    for share in [0, 1, Double.nan] { #expect(place { $0.validFraction = share } == "validFraction") }
    for count in [0, Int.max] { #expect(place { $0.threads = count } == "threads") }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
  }

  @Test func jobs() throws {
    for count in [0, -1, Int.max] { #expect(place { try Job.run(threads: count) { _ in } } == "threads") }
    for count in [0, Int.min] { #expect(place { try Job.run(ranksPerNode: count) { _ in } } == "ranksPerNode") }
    for limit in [0, -1, Double.nan, .infinity] {
      #expect(place { try Job.run(stallSeconds: limit) { _ in } } == "stallSeconds")
    }
  }

  @Test func metrics() throws {
    let data = try LanguageModelData(.humanNumbers, batchSize: 64, bptt: 70)
    let nothing = Metric("nothing", sums: -1, add: { _, _ in }, value: { _, _ in 0 })
    for metric in [.topK(0), .topK(.min), nothing] {
      #expect(place { _ = try Learner(data, .model3, metrics: [metric], hidden: 8) } == "metrics")
    }
    #expect(place { _ = try Learner(data, .model3, hidden: 8, clip: .nan) } == "clip")
  }

  @Test func texts() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let path = try folder.file("text", Data(String(repeating: "one two\n", count: 40).utf8)).path
    for share in [-0.5, 0, 1, .nan, .infinity] {
      #expect(place { _ = try Corpora.file(path, validFraction: share) } == "validFraction")
    }
    let data = try LanguageModelData(.file(path), batchSize: 2, bptt: 3)
    #expect(data.showBatch(rows: .min).texts.isEmpty && data.showBatch(rows: .max).texts.count == 2)
  }

  /// What the second part alone would be refused for is refused before the first has trained.
  @Test func transfer() throws {
    let learn = try Learner(LanguageModelData(.humanNumbers, batchSize: 64, bptt: 70), .lstm(layers: 2), hidden: 8)
    for group in [Int.min, 3, .max] { #expect(place { try learn.freeze(to: group) }?.hasPrefix("group ") == true) }
    #expect(place { try learn.fineTune(1, pctStart: 2) } == "pctStart")
    #expect(place { try learn.fineTune(1, divFactor: .nan) } == "divFactor")
    #expect(place { try learn.fineTune(0) } == "epochs")
    #expect(place { try learn.fineTune(1, baseLearningRate: .nan) } == "baseLearningRate")
    for ratio in [-1, 0, Double.nan] { #expect(place { try learn.fineTune(1, rateRatio: ratio) } == "rateRatio") }
    #expect(learn.recorder.steps.isEmpty)
    for rows in [0, Int.min] { #expect(place { try learn.showResults(rows: rows) } == "rows") }
    for count in [0, Int.max] { #expect(place { try learn.showResults(tokens: count) } == "tokens") }
    #expect(place { try learn.predict(tokens: -1) } == "tokens")
    #expect(place { try learn.predict(temperature: .nan) } == "temperature")
    #expect(place { try learn.predict(topK: 0) } == "topK")
    #expect(try learn.mostConfused(minimum: .max).isEmpty)
    learn.minDelta = .nan
    #expect(place { try learn.fitOneCycle(1) } == "minDelta")
    learn.minDelta = 0
    learn.callbacks = [EarlyStopping(patience: 0)]
    #expect(place { try learn.fitOneCycle(1) } == "patience")
    for factor in [-1, 2, Double.nan] {
      learn.callbacks = [ReduceRateOnPlateau(patience: 1, factor: factor)]
      #expect(place { try learn.fitOneCycle(1) } == "factor")
    }
  }
}
