import Kernels
import Teams

@testable import Fitting
@testable import Models
@testable import Tokenization
import Training

/// model3 whose gradient of one batch is infinite in one place, on the worker of the first stream; its loss is finite.
final class PoisonedModel: Model {
  static let kind = ModelKind(name: "poisoned", PoisonedModel.self)
  static let predictsEveryToken = CarryingModel.predictsEveryToken
  static func parameters(_ description: ModelDescription, vocabulary: Int) -> [ParameterDeclaration] {
    CarryingModel.parameters(description, vocabulary: vocabulary)
  }

  static func operations(_ description: ModelDescription, bptt: Int) -> Double {
    CarryingModel.operations(description, bptt: bptt)
  }

  /// The poisoned batch, counted from 0.
  static let batch = 5

  private let inner: CarryingModel
  private let context: ModelContext
  private let size: Int
  /// Where the first batch lies in memory.
  private var first: UnsafeMutablePointer<Int32>?

  init(_ context: ModelContext) {
    self.context = context
    inner = CarryingModel(context)
    size = context.bptt * context.streams
  }

  var carriedStates: [CarriedState] { inner.carriedStates }
  var runningStatistics: [(name: String, values: BufferView<Float>)] { inner.runningStatistics }
  func parametersChanged() { inner.parametersChanged() }

  func trainStep(x: BufferView<Int32>, y: BufferView<Int32>, gradients: BufferView<Float>) -> Double {
    let loss = inner.trainStep(x: x, y: y, gradients: gradients)
    let start = first ?? x.base
    first = start
    if x.base == start + Self.batch * size, context.team.rank == 0 {
      gradients[context.gradientOffset("hidden_to_output.weight")] = .infinity
    }
    return loss
  }

  func predict(x: BufferView<Int32>) -> Panels { inner.predict(x: x) }

  func validationStep(
    x: BufferView<Int32>, y: BufferView<Int32>, losses: BufferView<Double>, correct: BufferView<Double>
  ) {
    inner.validationStep(x: x, y: y, losses: losses, correct: correct)
  }
}
