internal import Teams
public import Kernels
public import Memory

/// An embedding, a stack of recurrent layers of one cell, BatchNorm or none, and an output layer for every token: what
/// a `ModelDescription` says, from lesson 7's Model4 and Model5 to fastai's AWD_LSTM.
///
/// Each block of lanes goes through all layers before the next. Without BatchNorm it goes all the way forward and
/// backward; with it, forward and backward are three passes over the blocks, since the statistics of all rows of the
/// step come between them.
@safe
public final class StackModel: Model {
  private let context: ModelContext
  private let blocks: [LaneBlock]
  private let outputParts: BlockParts
  private let embedding: EmbeddingLayer
  private let layers: [CellLayer]
  private let norm: StepNormLayer?
  private let output: OutputLayer
  private let dropout: StackDropout
  private let activations: StackActivations
  private let regularisation: ActivationRegularisation?

  /// As `Model` describes it.
  public static var predictsEveryToken: Bool { true }

  /// `encoder`, `rnns.K`, `batch_norm` and `decoder`, with fastai's initial values for awd-lstm and torch's for the
  /// others.
  public static func parameters(_ description: ModelDescription, vocabulary: Int) -> [ParameterDeclaration] {
    stackParameters(description, vocabulary: vocabulary)
  }

  /// 6·gates·(inputs + hidden)·hidden for each layer and token.
  public static func operations(_ description: ModelDescription, bptt: Int) -> Double {
    let gates = description.kind.cell?.gates ?? 1
    return description.layerWidths.reduce(0) {
      $0 + 6 * Double(gates * ($1.inputs + $1.outputs) * $1.outputs) * Double(bptt)
    }
  }

  /// As `Model` describes it.
  public required init(_ context: ModelContext) {
    guard let cell = context.description.kind.cell else { preconditionFailure("a stack needs a cell") }
    let description = context.description
    let widths = description.layerWidths
    let steps = context.bptt
    self.context = context
    let widest = widths.map { gateColumns(gates: cell.gates, hidden: $0.outputs) }.max() ?? 0
    blocks = context.cachedBlocks(steps: steps, width: widest)
    outputParts = BlockParts(blocks) { $0.outputParts(vocabulary: context.vocabulary) }
    let probabilities = description.resolvedDropout
    embedding = EmbeddingLayer(
      context, "encoder", steps: steps, columns: description.embeddingWidth, isShared: description.tiesWeights,
      hasPadding: description.kind.endsAtEmbedding, dropout: probabilities.embedding)
    layers = widths.enumerated().map { [blocks] index, widths in
      CellLayer(
        context, index: index, cell, steps: steps, inputs: widths.inputs, hidden: widths.outputs, blocks: blocks,
        dropout: probabilities.weight)
    }
    let outputWidth = description.outputWidth
    norm =
      description.norm == .batch
      ? StepNormLayer(context, "batch_norm", steps: steps, channels: outputWidth) : nil
    output = OutputLayer(
      context, "decoder", steps: steps, blocks: outputParts.all, inputs: outputWidth,
      sharing: description.tiesWeights ? "encoder" : nil)
    dropout = StackDropout(context, probabilities, blocks: blocks, widths: widths)
    activations = StackActivations(context, dropout, blocks: blocks, widths: widths)
    regularisation = ActivationRegularisation(description, batchSize: context.batchSize, steps: steps)
  }

  /// Every layer's h, and c where there is one.
  public var carriedStates: [CarriedState] { layers.flatMap(\.carriedStates) }

  /// BatchNorm's mean and variance, where there is one.
  public var runningStatistics: [(name: String, values: BufferView<Float>)] { norm?.runningStatistics ?? [] }

  /// Makes transposed copies of the weights.
  public func parametersChanged() {
    for layer in layers { layer.parametersChanged() }
    output.parametersChanged()
  }

  /// As `Model` describes it.
  public func trainStep(x: BufferView<Int32>, y: BufferView<Int32>, gradients: BufferView<Float>) -> Double {
    beginStep()
    let scale = 1 / Float(context.batchSize * context.bptt)
    let loss: Double
    if let norm {
      for block in blocks {
        forward(x, block, drops: true)
        norm.accumulate(block, top(block, drops: true))
      }
      let coefficients = norm.finish()
      for block in blocks {
        predictBackward(block, y, coefficients, gradientScale: scale, gradients)
        norm.accumulateGradients(block, activations.gradient(block), top(block, drops: true))
      }
      context.spans?.mark(.backward)
      loss = norm.finishGradients(losses: output.laneLosses)
      for block in blocks {
        norm.backward(block, activations.gradient(block), top(block, drops: true))
        backward(x, block, gradients)
      }
    } else {
      for block in blocks {
        forward(x, block, drops: true)
        predictBackward(block, y, nil, gradientScale: scale, gradients)
        backward(x, block, gradients)
      }
      context.spans?.mark(.backward)
      loss = context.sum(output.laneLosses)
    }
    for layer in layers { layer.finishGradients(gradients) }
    embedding.gradient(into: gradients)
    context.reduceVectors(into: gradients)
    return loss
  }

  /// As `Model` describes it.
  public func validationStep(
    x: BufferView<Int32>, y: BufferView<Int32>, losses: BufferView<Double>, correct: BufferView<Double>
  ) {
    let coefficients = norm?.evaluation()
    for block in blocks {
      forward(x, block, drops: false)
      for part in outputParts(block) {
        predict(part, y, coefficients, drops: false, gradientScale: nil)
        output.score(part, losses: losses, correct: correct)
      }
    }
  }

  /// As `Model` describes it; for a context of one block, whose logits are one part, and steps of one token.
  public func predict(x: BufferView<Int32>) -> Panels {
    precondition(outputParts.all.count == 1 && context.bptt == 1, "a step of one token")
    let block = blocks[0]
    forward(x, block, drops: false)
    output.evaluate(block, normalising: makeInput(block, norm?.evaluation(), drops: false))
    return output.logits(block)
  }

  // MARK: Parts of a step

  private func beginStep() {
    embedding.beginStep { dropout.mask($0, $1) }
    for layer in layers { layer.beginStep { dropout.mask($0, $1) } }
    dropout.beginStep()
  }

  /// All layers of a block.
  private func forward(_ x: BufferView<Int32>, _ block: LaneBlock, drops: Bool) {
    for t in 0..<context.bptt {
      embedding.forward(
        tokens: tokens(x, block, t), drops: drops, mask: drops ? dropout.input(block) : nil,
        into: activations.embedded(block, t))
    }
    for (index, layer) in layers.enumerated() {
      layer.forward(block, input(of: index, block, drops: drops), drops: drops)
      guard drops, dropout.keepsMasked(behind: index), let mask = dropout.behind(layer: index, block) else { continue }
      applyMask(
        mask, to: layer.output(block), steps: context.bptt, into: activations.masked(behind: index, block))
    }
  }

  /// What a layer reads: (steps, block's streams, inputs).
  private func input(of layer: Int, _ block: LaneBlock, drops: Bool) -> BufferView<Float> {
    layer == 0 ? activations.embedded(block) : output(of: layer - 1, block, drops: drops)
  }

  /// A layer's output, with the mask after it where that is kept: (steps, block's streams, outputs).
  private func output(of layer: Int, _ block: LaneBlock, drops: Bool) -> BufferView<Float> {
    drops && dropout.keepsMasked(behind: layer)
      ? activations.masked(behind: layer, block) : layers[layer].output(block)
  }

  private func top(_ block: LaneBlock, drops: Bool) -> BufferView<Float> {
    output(of: layers.count - 1, block, drops: drops)
  }

  /// The output layer of a block forward and backward, to the gradient at the top of the layers.
  private func predictBackward(
    _ block: LaneBlock, _ y: BufferView<Int32>, _ coefficients: NormCoefficients?, gradientScale: Float,
    _ gradients: BufferView<Float>
  ) {
    activations.clearGradientPadding(block, columns: context.description.outputWidth)
    for part in outputParts(block) {
      predict(part, y, coefficients, drops: true, gradientScale: gradientScale)
      output.backward(part, into: activations.gradient(block), gradients: gradients)
    }
  }

  private func predict(
    _ block: LaneBlock, _ y: BufferView<Int32>, _ coefficients: NormCoefficients?, drops: Bool, gradientScale: Float?
  ) {
    let normalisation = makeInput(block, coefficients, drops: drops)
    output.forward(block, normalising: normalisation, targets: y, gradientScale: gradientScale)
  }

  /// Brings what is predicted from into the output layer's order of rows: at once without BatchNorm, else by what is
  /// returned.
  private func makeInput(_ block: LaneBlock, _ coefficients: NormCoefficients?, drops: Bool) -> Normalisation? {
    let top = top(block, drops: drops)
    let input = output.input(block)
    let width = ParameterLayout.padded(context.description.outputWidth)
    let rows = block.rowsPerStep
    guard let coefficients else {
      let mask = drops ? dropout.behind(layer: layers.count - 1, block) : nil
      gatherLanes(top, rowsPerStep: rows, width: width, lanes: block.stepRows, mask: mask, into: input)
      return nil
    }
    return Normalisation(top, rowsPerStep: rows, width: width, lanes: block.stepRows, coefficients, into: input)
  }

  /// Back through all layers of a block, from the gradient at their top.
  private func backward(_ x: BufferView<Int32>, _ block: LaneBlock, _ gradients: BufferView<Float>) {
    var gradient = activations.gradient(block)
    let last = layers.count - 1
    if let mask = dropout.behind(layer: last, block) {
      applyMask(mask, to: gradient, steps: context.bptt, into: gradient)
    }
    regularisation?.addGradient(layers[last].output(block), steps: context.bptt, into: gradient)
    for index in layers.indices.reversed() {
      let below = activations.gradient(ofInputOf: index, block)
      layers[index].backward(
        block, input(of: index, block, drops: true), gradient, into: below,
        mask: index > 0 ? dropout.behind(layer: index - 1, block) : nil, gradients: gradients)
      gradient = below
    }
    let rows = block.streams.count
    let count = Panels.count(rows: rows, columns: context.description.embeddingWidth)
    for t in (0..<context.bptt).reversed() {
      let dx = Panels(
        gradient[(t * count)..<((t + 1) * count)], rows: rows, columns: context.description.embeddingWidth)
      embedding.backward(block, tokens: tokens(x, block, t), mask: dropout.input(block), dx)
    }
  }

  private func tokens(_ x: BufferView<Int32>, _ block: LaneBlock, _ t: Int) -> BufferView<Int32> {
    let start = t * context.streams
    return x[(start + block.streams.lowerBound)..<(start + block.streams.upperBound)]
  }
}
