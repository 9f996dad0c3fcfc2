internal import Teams
public import Kernels
public import Memory

/// The notebook's model2 and model3: BatchNorm is between the recurrence and the output layer, and every token's
/// successor is predicted.
///
///     h_t = relu(W·(h_{t−1} + E[x_t]) + b);  logits_t = O·BatchNorm(h_t) + c
///
/// BatchNorm is outside the recurrence, so the statistics of all steps travel in one exchange each way. Between the
/// exchanges each block of lanes goes through all layers before the next, while its activations are in cache.
@safe
public class LateNormModel: Model {
  private let context: ModelContext
  private let recurrent: RecurrentLayer
  private let norm: NormLayer
  private let output: OutputLayer
  private let blocks: [LaneBlock]
  private let outputParts: BlockParts
  private let before: Panels  // (streams, hidden): the state that a batch starts from

  fileprivate class var carriesState: Bool { true }

  /// As `Model` describes it.
  public static var predictsEveryToken: Bool { true }

  /// The notebook's tensors.
  public static func parameters(_ description: ModelDescription, vocabulary: Int) -> [ParameterDeclaration] {
    notebookParameters(description, vocabulary: vocabulary)
  }

  /// 6·hidden² a token.
  public static func operations(_ description: ModelDescription, bptt: Int) -> Double {
    notebookOperations(description, applications: bptt)
  }

  /// As `Model` describes it.
  public required init(_ context: ModelContext) {
    self.context = context
    blocks = context.cachedBlocks(steps: context.bptt)
    outputParts = BlockParts(blocks) { $0.outputParts(vocabulary: context.vocabulary) }
    recurrent = RecurrentLayer(
      context, embedding: "input_to_hidden", linear: "hidden_to_hidden", steps: context.bptt, blocks: blocks)
    norm = NormLayer(context, "batch_norm", steps: context.bptt, applications: 1)
    output = OutputLayer(context, "hidden_to_output", steps: context.bptt, blocks: outputParts.all)
    before = context.makePanels(rows: context.streams, columns: context.hidden)
  }

  /// The hidden state, where it is carried.
  public var carriedStates: [CarriedState] { Self.carriesState ? [notebookState(before)] : [] }

  /// BatchNorm's mean and variance.
  public var runningStatistics: [(name: String, values: BufferView<Float>)] { norm.runningStatistics }

  /// Makes transposed copies of the weights.
  public func parametersChanged() {
    recurrent.parametersChanged()
    output.parametersChanged()
  }

  /// As `Model` describes it.
  public func trainStep(x: BufferView<Int32>, y: BufferView<Int32>, gradients: BufferView<Float>) -> Double {
    // The first block comes last: its state is in cache when the next loop begins with it.
    for block in blocks.reversed() { recur(x, block, moments: norm.moments(block)) }
    let coefficients = norm.finalizeStatistics()
    let scale = 1 / Float(context.batchSize * context.bptt)
    for part in outputParts.all {
      predict(part, y, coefficients, gradientScale: scale)
      let gradient = recurrent.part(recurrent.gradient, part)
      output.backward(
        part, into: gradient,
        summing: norm.differentiation(part, gradient, recurrent.part(recurrent.hidden, part)), gradients: gradients)
    }
    context.spans?.mark(.backward)
    let loss = norm.reduce(losses: output.laneLosses)
    for block in blocks {
      recurrent.backward(x, block, through: norm.backwardCoefficients)
      recurrent.linearGradients(block, into: gradients)
    }
    recurrent.embeddingGradient(into: gradients)
    context.reduceVectors(into: gradients)
    return loss
  }

  /// As `Model` describes it.
  public func validationStep(
    x: BufferView<Int32>, y: BufferView<Int32>, losses: BufferView<Double>, correct: BufferView<Double>
  ) {
    let coefficients = norm.evaluation()
    for block in blocks {
      recur(x, block)
      for part in outputParts(block) {
        predict(part, y, coefficients, gradientScale: nil)
        output.score(part, losses: losses, correct: correct)
      }
    }
  }

  /// As `Model` describes it; for a context of one block, whose logits are one part, and steps of one token.
  public func predict(x: BufferView<Int32>) -> Panels {
    precondition(outputParts.all.count == 1 && context.bptt == 1, "a step of one token")
    recur(x, blocks[0], carries: true)
    output.evaluate(blocks[0], normalising: normalisation(blocks[0], norm.evaluation()))
    return output.logits(blocks[0])
  }

  private func recur(
    _ x: BufferView<Int32>, _ block: LaneBlock, moments: LaneMoments? = nil, carries: Bool? = nil
  ) {
    recurrent.embed(before, x, block, at: 0)
    recurrent.advance(0..<context.bptt, x, block, moments: moments)
    if carries ?? Self.carriesState {
      copyRows(
        recurrent.step(recurrent.hidden, block, context.bptt - 1), into: before, first: block.streams.lowerBound)
    }
  }

  private func predict(
    _ block: LaneBlock, _ y: BufferView<Int32>, _ coefficients: NormCoefficients, gradientScale: Float?
  ) {
    output.forward(
      block, normalising: normalisation(block, coefficients), targets: y, gradientScale: gradientScale)
  }

  private func normalisation(_ block: LaneBlock, _ coefficients: NormCoefficients) -> Normalisation {
    Normalisation(
      recurrent.part(recurrent.hidden, block), rowsPerStep: block.rowsPerStep, width: context.width,
      lanes: block.stepRows, coefficients, into: output.input(block))
  }
}

/// model3 and Model3: the hidden state is carried from step to step.
public final class CarryingModel: LateNormModel {}

/// model2: the hidden state starts from zero in each step.
public final class ResettingModel: LateNormModel {
  override class var carriesState: Bool { false }
}
