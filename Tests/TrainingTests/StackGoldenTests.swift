import Foundation
import Testing

@testable import Fitting
@testable import Inference
@testable import Models
import Training

/// Stacks of recurrent layers against recorded runs of fastai, through the library.
@Suite struct StackGoldenTests {
  private struct Recorded: Decodable {
    let epochs, bptt: Int
    let lrMax: Double
    let crossEntropyPerStep, lrPerStep, momentumPerStep, validLossPerEpoch, accuracyPerEpoch: [Double]
  }

  /// A recorded case: its folder, and the model that it is a run of.
  enum Case: String, CaseIterable, Sendable {
    case rnn, gru2, lstm2
    case awdLSTM = "awd-lstm"

    var model: ModelDescription {
      switch self {
      case .rnn: return .rnn()
      case .gru2: return .gru()
      case .lstm2: return .lstm()
      case .awdLSTM: return .awdLSTM(embedding: 32, hidden: 56, layers: 3, dropMult: 0)
      }
    }

    var momenta: (ends: Double, peak: Double) { self == .awdLSTM ? (0.8, 0.7) : (0.95, 0.85) }

    func path(_ file: String) -> String {
      URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Golden/\(rawValue)/\(file)").path
    }

    func tensors(_ file: String) throws -> SafetensorsFile {
      try SafetensorsFile(Array(Data(contentsOf: URL(fileURLWithPath: path(file)))))
    }
  }

  private func recorded(_ golden: Case) throws -> Recorded {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(
      Recorded.self, from: Data(contentsOf: URL(fileURLWithPath: golden.path("run.json"))))
  }

  private func error(_ ours: some Collection<Double>, _ theirs: some Collection<Double>) -> Double {
    ours.count == theirs.count ? zip(ours, theirs).map { abs($0 - $1) / abs($1) }.max() ?? .infinity : .infinity
  }

  @Test(arguments: Case.allCases) func firstGradientIsTheRecordedOne(golden: Case) throws {
    let session = try GradientTests.session(golden.model, bptt: 20, weights: golden.path("init.safetensors"))
    let trainer = session.trainer
    trainer.resetStates()
    _ = trainer.model.trainStep(x: trainer.train.x(0), y: trainer.train.y(0), gradients: trainer.exchange.gradients)
    for (parameter, second) in trainer.layout.sharedGradients {
      for (place, other) in zip(parameter, second) {
        trainer.exchange.gradients[place] += trainer.exchange.gradients[other]
      }
    }
    let file = try golden.tensors("step1-gradients.safetensors")
    for tensor in trainer.layout.tensors {
      let theirs = try file.floats(tensor.name, shape: tensor.shape)
      let ours = tensor.read(trainer.exchange.gradients)
      let largest = theirs.map(abs).max() ?? 0
      let error = zip(ours, theirs).map { abs($0 - $1) }.max() ?? .infinity
      // The recorded biases of cells are themselves up to 1.8e-5 from the result in Float64.
      let bound: Float = tensor.name.contains("rnns") && tensor.name.contains("bias") ? 5e-5 : 1e-5
      #expect(error <= bound * largest, "\(tensor.name): \(error) of \(largest)")
    }
  }

  @Test(arguments: Case.allCases) func fitsAsRecorded(golden: Case) throws {
    let recorded = try recorded(golden)
    let learn = try Learner(
      LanguageModelData(.humanNumbers, batchSize: 64, bptt: recorded.bptt), golden.model, metrics: [.accuracy],
      weights: golden.path("init.safetensors"))
    learn.output = { _ in }
    try learn.findLearningRate()
    try learn.fitOneCycle(recorded.epochs, maxLearningRate: recorded.lrMax, momenta: golden.momenta)
    let recorder = learn.recorder
    #expect(error(recorder.learningRates, recorded.lrPerStep) < 1e-6)
    #expect(error(recorder.momenta, recorded.momentumPerStep) < 1e-6)
    #expect(error(recorder.losses.prefix(50), recorded.crossEntropyPerStep.prefix(50)) < 2e-5)
    #expect(error(recorder.validLosses.suffix(1), recorded.validLossPerEpoch.suffix(1)) < 1e-3)
    #expect(error(recorder.metricValues.suffix(1).map { $0[0] }, recorded.accuracyPerEpoch.suffix(1)) < 5e-3)
  }

  @Test(arguments: Case.allCases) func weightsAfterTenStepsAreTheRecordedOnes(golden: Case) throws {
    let recorded = try recorded(golden)
    let session = try GradientTests.session(golden.model, bptt: 20, weights: golden.path("init.safetensors"))
    for step in 0..<10 {
      _ = session.trainer.step(
        step, learningRate: recorded.lrPerStep[step], momentum: recorded.momentumPerStep[step], weightDecay: 0.01)
    }
    let file = try golden.tensors("after-step10.safetensors")
    for tensor in session.trainer.layout.tensors {
      let theirs = try file.floats(tensor.name, shape: tensor.shape)
      let ours = tensor.read(session.trainer.exchange.parameters)
      let differences = zip(ours, theirs).map { Double(abs($0 - $1)) }
      let square = differences.reduce(0) { $0 + $1 * $1 } / Double(max(differences.count, 1))
      #expect(square.squareRoot() < 1e-5, "\(tensor.name)")
      #expect(differences.max() ?? .infinity < 5e-4, "\(tensor.name)")
    }
  }
}
