internal import Kernels
public import Memory

/// One worker's part of a recurrent language model: its streams' hidden state, the activations of one step, and forward and backward
/// over them in terms of the kernels.
///
/// A model is one file that conforms to this and one line in `ModelKind`; optimizer, schedules, LR finder, reduction, checkpoints and
/// command line need no more. Every worker makes its model and calls its methods in the same order, since they exchange sums. All
/// sums over streams go per lane and by the canonical tree, as the layers (`NormLayer`, `OutputLayer`) and kernels do it.
public protocol Model: AnyObject, SendableMetatype {
  /// The trained tensors, in the order of files and digests.
  static func parameters(hidden: Int, vocabulary: Int) -> [ParameterDeclaration]

  /// Whether every token's successor is predicted or only the last one's: that fixes loss and accuracy.
  static var predictsEveryToken: Bool { get }

  /// How often the hidden layer is applied to each stream in a step of `bptt` tokens: for benchmarks.
  static func hiddenApplications(bptt: Int) -> Int

  /// Takes its memory, and views into the parameters, from the context. Collective.
  init(_ context: ModelContext)

  /// Takes over parameters that have changed: makes transposed copies and the like.
  func parametersChanged()

  /// Forward and backward over one batch: tokens x and targets y, (bptt, streams) each. Moves the hidden state on, updates the
  /// running statistics, and overwrites `gradients` (own roots, parameter count) with this worker's subtree roots of the gradient of
  /// the mean loss. Collective.
  ///
  /// Returns the sum of the losses over all predictions of all workers.
  func trainStep(x: Window<Int32>, y: Window<Int32>, gradients: Window<Float>) -> Double

  /// Forward over one batch with the running statistics. Moves the hidden state on. Writes each lane's sum of losses and number of
  /// correct predictions, an element for each of this worker's lanes.
  func validationStep(x: Window<Int32>, y: Window<Int32>, losses: Window<Double>, correct: Window<Double>)

  /// The hidden state carried from step to step, panels (streams, hidden); nil where each step starts from zero.
  var state: Window<Float>? { get }

  /// What training moves without gradients, by name: vectors of `hidden` elements, the same on all workers.
  var runningStatistics: [(name: String, values: Window<Float>)] { get }
}

extension Model {
  /// Predictions for each stream in a step of `bptt` tokens.
  package static func predictions(bptt: Int) -> Int { predictsEveryToken ? bptt : 1 }
}

/// The models there are, by name.
public struct ModelKind: Sendable, Equatable, CustomStringConvertible {
  /// The name on the command line and in files.
  public let name: String
  package let type: any Model.Type

  /// A model of one's own.
  public init(name: String, _ type: any Model.Type) {
    self.name = name
    self.type = type
  }

  /// Three unrolled tokens, the first without the hidden layer; BatchNorm inside; predicts the last token.
  public static let model0 = ModelKind(name: "model0", UnrolledModel.self)
  /// A loop over the tokens; BatchNorm inside; predicts the last token.
  public static let model1 = ModelKind(name: "model1", LoopModel.self)
  /// A loop with BatchNorm before the output; predicts every token; the hidden state starts from zero in each step.
  public static let model2 = ModelKind(name: "model2", ResettingModel.self)
  /// The same with the hidden state carried from step to step: the notebook's model3 and Model3.
  public static let model3 = ModelKind(name: "model3", CarryingModel.self)

  /// Those of the notebook.
  public static let all = [model0, model1, model2, model3]

  /// Its name.
  public var description: String { name }
  /// Whether both are of one name and type.
  public static func == (one: ModelKind, other: ModelKind) -> Bool { one.name == other.name && one.type == other.type }

  package func layout(hidden: Int, vocabulary: Int) -> ParameterLayout {
    ParameterLayout(type.parameters(hidden: hidden, vocabulary: vocabulary))
  }
}

/// The tensors of all the notebook's models.
func notebookParameters(hidden: Int, vocabulary: Int) -> [ParameterDeclaration] {
  ParameterDeclaration.embedding("input_to_hidden", rows: vocabulary, columns: hidden)
    + ParameterDeclaration.linear("hidden_to_hidden", inputs: hidden, outputs: hidden)
    + ParameterDeclaration.linear("hidden_to_output", inputs: hidden, outputs: vocabulary)
    + ParameterDeclaration.batchNorm("batch_norm", channels: hidden)
}
