public import Kernels
public import Memory

/// One worker's part of a recurrent language model: its streams' state, the activations of one step, and forward and
/// backward over them in terms of the kernels.
///
/// Every worker makes its model and calls its methods in the same order, since they exchange sums. All sums over
/// streams go per lane and by the canonical tree, as the layers (`NormLayer`, `OutputLayer`, …) and kernels do it.
public protocol Model: AnyObject, SendableMetatype {
  /// The trained tensors, in the order of files and digests.
  static func parameters(_ description: ModelDescription, vocabulary: Int) -> [ParameterDeclaration]

  /// Whether every token's successor is predicted or only the last one's: that fixes loss and accuracy.
  static var predictsEveryToken: Bool { get }

  /// Floating-point operations of the products that a stream's step of `bptt` tokens needs, forward and backward,
  /// without those of the output layer: for benchmarks.
  static func operations(_ description: ModelDescription, bptt: Int) -> Double

  /// Takes its memory, and views into the parameters, from the context. Collective.
  init(_ context: ModelContext)

  /// Takes over parameters that have changed: makes transposed copies and the like.
  func parametersChanged()

  /// Forward and backward over one batch: tokens x and targets y, (bptt, streams) each. Moves the carried states on,
  /// updates the running statistics, and overwrites `gradients` (own roots, parameter count) with this worker's subtree
  /// roots of the gradient of the mean loss. Collective.
  ///
  /// Returns the sum of the losses over all predictions of all workers.
  func trainStep(x: BufferView<Int32>, y: BufferView<Int32>, gradients: BufferView<Float>) -> Double

  /// Forward over one batch with the running statistics. Moves the carried states on. Writes each lane's sum of losses
  /// and number of correct predictions, an element for each of this worker's lanes.
  func validationStep(
    x: BufferView<Int32>, y: BufferView<Int32>, losses: BufferView<Double>, correct: BufferView<Double>)

  /// The logits (streams, vocabulary) of what follows one token of each stream, x (streams), with the running
  /// statistics: text generation. What the model carries through the tokens of a step, it carries on from call to call.
  /// Good until the next call.
  func predict(x: BufferView<Int32>) -> Panels

  /// What is carried from step to step; empty where each step starts from zero.
  var carriedStates: [CarriedState] { get }

  /// What training moves without gradients, by name: vectors that are the same on all workers.
  var runningStatistics: [(name: String, values: BufferView<Float>)] { get }
}

extension Model {
  /// Predictions for each stream in a step of `bptt` tokens.
  package static func predictions(bptt: Int) -> Int { predictsEveryToken ? bptt : 1 }
}
