public import Kernels

/// The notebook's model2 and model3: BatchNorm stands between the recurrence and the output layer, and every token's successor is
/// predicted.
///
///     h_t = relu(W·(h_{t−1} + E[x_t]) + b);  logits_t = O·BatchNorm(h_t) + c
///
/// BatchNorm is outside the recurrence, so the statistics of all steps travel in one exchange each way.
@safe
public class LateNormModel: Model {
  private let context: ModelContext
  private let recurrent: RecurrentLayer
  private let norm: NormLayer
  private let output: OutputLayer
  private let before: Panels  // (streams, hidden): the state that a batch starts from

  fileprivate class var carriesState: Bool { true }

  /// As `Model` describes it.
  public static var predictsEveryToken: Bool { true }

  /// The notebook's tensors.
  public static func parameters(hidden: Int, vocabulary: Int) -> [ParameterDeclaration] {
    notebookParameters(hidden: hidden, vocabulary: vocabulary)
  }

  /// Once a token.
  public static func hiddenApplications(bptt: Int) -> Int { bptt }

  /// As `Model` describes it.
  public required init(_ context: ModelContext) {
    self.context = context
    recurrent = RecurrentLayer(
      context, embedding: "input_to_hidden", linear: "hidden_to_hidden", steps: context.bptt)
    norm = NormLayer(context, "batch_norm", steps: context.bptt, applications: 1)
    output = OutputLayer(context, "hidden_to_output", steps: context.bptt)
    before = context.makePanels(rows: context.streams, columns: context.hidden)
  }

  /// The hidden state of this worker's streams, where it is carried.
  public var state: Window<Float>? { Self.carriesState ? before.elements : nil }

  /// BatchNorm's mean and variance.
  public var runningStatistics: [(name: String, values: Window<Float>)] { norm.runningStatistics }

  /// Makes transposed copies of the weights.
  public func parametersChanged() {
    recurrent.parametersChanged()
    output.parametersChanged()
  }

  /// As `Model` describes it.
  public func trainStep(x: Window<Int32>, y: Window<Int32>, gradients: Window<Float>) -> Double {
    recur(x)
    normaliseHidden(norm.measure(recurrent.hidden))
    output.forward(targets: y, gradientScale: 1 / Float(context.batchSize * context.bptt))
    context.spans?.mark(.backward)
    output.backward(into: recurrent.hiddenGradient, gradients: gradients)
    let loss = norm.backward(recurrent.hiddenGradient, recurrent.hidden, losses: output.laneLosses)
    recurrent.rectifierBackward(at: context.bptt - 1)
    for t in (0..<context.bptt).reversed() { recurrent.backward(at: t, continues: t > 0) }
    recurrent.gradients(x, into: gradients)
    context.foldVectors(into: gradients)
    return loss
  }

  /// As `Model` describes it.
  public func validationStep(x: Window<Int32>, y: Window<Int32>, losses: Window<Double>, correct: Window<Double>) {
    recur(x)
    normaliseHidden(norm.evaluation())
    output.forward(targets: y, gradientScale: nil)
    output.score(losses: losses, correct: correct)
  }

  private func recur(_ x: Window<Int32>) {
    recurrent.embed(before, x, at: 0)
    for t in 0..<context.bptt { recurrent.advance(at: t, x, continues: t + 1 < context.bptt) }
    if Self.carriesState { before.elements.copy(from: recurrent.step(recurrent.hidden, context.bptt - 1).elements) }
  }

  private func normaliseHidden(_ coefficients: NormCoefficients) {
    normalise(
      recurrent.hidden, rowsPerStep: context.streams, width: context.width,
      lanes: context.lanes(steps: context.bptt), coefficients, into: output.input)
  }
}

/// model3 and Model3: the hidden state is carried from step to step.
public final class CarryingModel: LateNormModel {}

/// model2: the hidden state starts from zero in each step.
public final class ResettingModel: LateNormModel {
  override class var carriesState: Bool { false }
}
