internal import Teams
public import Kernels
public import Memory

/// The notebook's model0 and model1: BatchNorm is inside the recurrence, and only the last token's successor is
/// predicted.
///
///     a_t = y_{t−1} + E[x_t];  h_t = relu(W·a_t + b);  y_t = BatchNorm(h_t);  logits = O·y_last + c
///
/// Each step's statistics are reduced over the team before the next step, forward and backward.
@safe
public class EarlyNormModel: Model {
  private let context: ModelContext
  private let recurrent: RecurrentLayer
  private let norm: NormLayer
  private let output: OutputLayer
  private let steps: Int
  private let block: LaneBlock  // all lanes over all steps
  private let stepBlock: LaneBlock  // all lanes at one step
  private let normalised: Panels  // (streams, hidden): y of the step before
  private let zero: Panels  // (streams, hidden)
  /// Of `predict`: the tokens that are read again, and the one that is read.
  private var latest: [[Int32]] = []
  private let readTokens: BufferView<Int32>  // (streams)

  /// Tokens read of each batch; nil for all.
  fileprivate class var tokenLimit: Int? { nil }
  /// The first token that goes through the hidden layer.
  fileprivate class var firstHidden: Int { 0 }

  /// As `Model` describes it.
  public static var predictsEveryToken: Bool { false }

  /// The notebook's tensors.
  public static func parameters(_ description: ModelDescription, vocabulary: Int) -> [ParameterDeclaration] {
    notebookParameters(description, vocabulary: vocabulary)
  }

  /// 6·hidden² for each token that goes through the hidden layer.
  public static func operations(_ description: ModelDescription, bptt: Int) -> Double {
    notebookOperations(description, applications: min(bptt, tokenLimit ?? bptt) - firstHidden)
  }

  /// As `Model` describes it.
  public required init(_ context: ModelContext) {
    self.context = context
    steps = min(context.bptt, Self.tokenLimit ?? context.bptt)
    let blocks = context.wholeBlock(steps: steps)
    let stepBlocks = context.wholeBlock(steps: 1)
    block = blocks[0]
    stepBlock = stepBlocks[0]
    recurrent = RecurrentLayer(
      context, embedding: "input_to_hidden", linear: "hidden_to_hidden", steps: steps, first: Self.firstHidden,
      blocks: blocks)
    norm = NormLayer(context, "batch_norm", steps: 1, applications: steps)
    output = OutputLayer(context, "hidden_to_output", steps: 1, blocks: stepBlocks)
    normalised = context.makePanels(rows: context.streams, columns: context.hidden)
    zero = context.makePanels(rows: context.streams, columns: context.hidden)
    readTokens = context.make(context.streams)
  }

  /// None is carried.
  public var carriedStates: [CarriedState] { [] }

  /// BatchNorm's mean and variance.
  public var runningStatistics: [(name: String, values: BufferView<Float>)] { norm.runningStatistics }

  /// Makes transposed copies of the weights.
  public func parametersChanged() {
    recurrent.parametersChanged()
    output.parametersChanged()
  }

  /// As `Model` describes it.
  public func trainStep(x: BufferView<Int32>, y: BufferView<Int32>, gradients: BufferView<Float>) -> Double {
    recur(x) { t in
      norm.accumulateStatistics(stepBlock, hidden(t))
      return norm.finalizeStatistics(application: t)
    }
    output.forward(stepBlock, targets: lastTargets(y), gradientScale: 1 / Float(context.batchSize))
    context.spans?.mark(.backward)
    output.backward(stepBlock, into: gradient(steps - 1), gradients: gradients)
    var loss = 0.0
    for t in (0..<steps).reversed() {
      let isLast = t == steps - 1
      norm.differentiate(stepBlock, gradient(t), hidden(t), application: t, isFirst: isLast)
      let sum = norm.reduce(application: t, losses: isLast ? output.laneLosses : nil)
      if isLast { loss = sum }
      norm.backward(stepBlock, gradient(t), hidden(t))
      if t >= Self.firstHidden {
        let inputGradient = recurrent.backward(x, block, at: t)
        if t > 0 { gradient(t - 1).copy(from: inputGradient) }
      } else {
        recurrent.addToEmbedding(gradient(t), x, block, at: t)
      }
    }
    recurrent.linearGradients(block, into: gradients)
    recurrent.embeddingGradient(into: gradients)
    context.reduceVectors(into: gradients)
    return loss
  }

  /// As `Model` describes it.
  public func validationStep(
    x: BufferView<Int32>, y: BufferView<Int32>, losses: BufferView<Double>, correct: BufferView<Double>
  ) {
    let coefficients = norm.evaluation()
    recur(x) { _ in coefficients }
    output.forward(stepBlock, targets: lastTargets(y), gradientScale: nil)
    output.score(stepBlock, losses: losses, correct: correct)
  }

  /// As `Model` describes it; for steps of one token. A model that reads a few tokens only reads the last of them.
  public func predict(x: BufferView<Int32>) -> Panels {
    precondition(context.bptt == 1, "a step of one token")
    let coefficients = norm.evaluation()
    if let limit = Self.tokenLimit {
      latest = latest.suffix(limit - 1) + [x.array]
      normalised.elements.fill(0)
      for (place, tokens) in latest.enumerated() {
        readTokens.copy(from: tokens)
        predict(readTokens, coefficients, isHidden: place >= Self.firstHidden)
      }
    } else {
      predict(x, coefficients, isHidden: true)
    }
    copyRows(normalised, into: output.input(stepBlock), first: 0)
    output.evaluate(stepBlock)
    return output.logits(stepBlock)
  }

  /// One token on from `normalised`.
  private func predict(_ x: BufferView<Int32>, _ coefficients: NormCoefficients, isHidden: Bool) {
    recurrent.embed(normalised, x, block, at: 0)
    if isHidden {
      recurrent.advance(0..<1, x, block)
    } else {
      rectify(recurrent.step(recurrent.input, block, 0), into: recurrent.step(recurrent.hidden, block, 0))
    }
    Normalisation(
      hidden(0), rowsPerStep: context.streams, width: context.width, lanes: stepBlock.stepRows, coefficients,
      into: normalised
    ).run()
  }

  /// Forward through all steps; `measure` gives a step's normalisation once its h is there.
  private func recur(_ x: BufferView<Int32>, _ measure: (Int) -> NormCoefficients) {
    for t in 0..<steps {
      recurrent.embed(t == 0 ? zero : normalised, x, block, at: t)
      if t >= Self.firstHidden {
        recurrent.advance(t..<(t + 1), x, block)
      } else {
        rectify(recurrent.step(recurrent.input, block, t), into: recurrent.step(recurrent.hidden, block, t))
      }
      Normalisation(
        hidden(t), rowsPerStep: context.streams, width: context.width, lanes: stepBlock.stepRows, measure(t),
        into: t == steps - 1 ? output.input(stepBlock) : normalised
      ).run()
    }
  }

  private func hidden(_ t: Int) -> BufferView<Float> { recurrent.step(recurrent.hidden, block, t).elements }
  private func gradient(_ t: Int) -> BufferView<Float> { recurrent.step(recurrent.gradient, block, t).elements }

  private func lastTargets(_ y: BufferView<Int32>) -> BufferView<Int32> {
    y[((context.bptt - 1) * context.streams)..<(context.bptt * context.streams)]
  }
}

/// model1: a loop over all tokens.
public final class LoopModel: EarlyNormModel {}

/// model0: three unrolled tokens, of which the first does not go through the hidden layer.
public final class UnrolledModel: EarlyNormModel {
  override class var tokenLimit: Int? { 3 }
  override class var firstHidden: Int { 1 }
}
