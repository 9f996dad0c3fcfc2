import Foundation
import Kernels
import Teams
import Testing

@testable import Fitting
@testable import Inference
@testable import Models
@testable import Reports
@testable import Tokenization
import Training

/// Gradients of one step against the recorded ones and against finite differences.
@Suite struct GradientTests {
  /// One worker's session on the human numbers.
  static func session(
    _ model: ModelDescription, bptt: Int, batchSize: Int = 64, weights: String? = nil
  ) throws -> Session {
    var configuration = RunConfiguration()
    configuration.model = model
    configuration.bptt = bptt
    configuration.batchSize = batchSize
    configuration.initialWeights = weights
    let lanes = Lanes(batchSize: batchSize, count: configuration.laneCount)
    return try Session(configuration, team: LocalWorkers(lanes: lanes, threads: 1).teams[0])
  }

  @Test(arguments: [
    ("model0", ModelDescription.model0), ("model1", .model1), ("model2", .model2), ("model3", .model3),
    ("model3-bptt20", .model3),
  ])
  func firstGradientIsTheRecordedOne(name: String, model: ModelDescription) throws {
    let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Golden/\(name)")
    let session = try Self.session(
      model, bptt: name.hasSuffix("20") ? 20 : 3, weights: golden.appendingPathComponent("init.safetensors").path)
    let trainer = session.trainer
    _ = trainer.model.trainStep(x: trainer.train.x(0), y: trainer.train.y(0), gradients: trainer.exchange.gradients)
    let recorded = try SafetensorsFile(
      Array(Data(contentsOf: golden.appendingPathComponent("step1-gradients.safetensors"))))
    for tensor in trainer.layout.tensors {
      let theirs = try recorded.floats(tensor.name, shape: tensor.shape)
      let ours = tensor.read(trainer.exchange.gradients)
      let largest = theirs.map(abs).max() ?? 0
      let error = zip(ours, theirs).map { abs($0 - $1) }.max() ?? .infinity
      #expect(error <= 1e-5 * largest, "\(tensor.name): \(error) of \(largest)")
    }
  }

  // From a hidden size of 129 on, layers are wide.
  @Test(arguments: ModelKind.all + [TinyModel.kind, LeakyCell.kind], [9, 130])
  func gradientIsTheLosssSlope(kind: ModelKind, hidden: Int) throws {
    var model = ModelDescription.small(kind, hidden: hidden)
    // They are in the gradient but not in the loss: a test of their own.
    (model.activationRegularisation, model.temporalRegularisation) = (0, 0)
    let trainer = try Self.session(model, bptt: 4, batchSize: 6).trainer
    let parameters = trainer.exchange.parameters
    func loss() -> Double {
      trainer.model.parametersChanged()
      for state in trainer.model.carriedStates { state.values.elements.fill(0.25) }
      return trainer.model.trainStep(
        x: trainer.train.x(1), y: trainer.train.y(1), gradients: trainer.exchange.gradients)
        / Double(trainer.predictions)
    }
    _ = loss()
    var gradient = trainer.exchange.gradients.array
    for (parameter, second) in trainer.layout.sharedGradients {
      for (place, other) in zip(parameter, second) { gradient[place] += gradient[other] }
    }
    let step: Float = 1e-3
    for tensor in trainer.layout.tensors {
      let places = (0..<tensor.shape[0]).flatMap { row in
        tensor.shape.count == 2 ? (0..<tensor.shape[1]).map { tensor.index(row, $0) } : [tensor.index(0, row)]
      }
      let largest = Double(places.map { abs(gradient[$0]) }.max() ?? 0)
      #expect(largest > 0, "\(tensor.name) has no gradient")
      // Some elements all over the tensor. Where a ReLU changes sides between the two, the difference is no slope: a
      // tenth may be so; of wide layers, where more units lie near the edge, a sixth.
      var wrong = 0
      var tried = 0
      let distance = max(3, places.count / 150)
      for place in places.enumerated().filter({ $0.offset % distance == 0 }).map(\.element) {
        let before = parameters[place]
        parameters[place] = before + step
        let above = loss()
        parameters[place] = before - step
        let below = loss()
        parameters[place] = before
        let slope = (above - below) / Double(2 * step)
        tried += 1
        if abs(slope - Double(gradient[place])) > 0.02 * largest + 2e-4 { wrong += 1 }
      }
      #expect(wrong * (hidden > 100 ? 6 : 10) <= tried, "\(tensor.name): \(wrong) of \(tried)")
    }
  }
}
