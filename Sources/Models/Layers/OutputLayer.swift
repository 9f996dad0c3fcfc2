public import Kernels
public import Memory

/// The linear layer to the vocabulary with softmax cross-entropy, over `steps` predictions of each stream.
///
/// It works on one block of lanes or part of a block at a time, on rows in lane order (lane, step, stream), so that
/// each lane's rows are one run, and keeps nothing of a block but its losses and gradients.
@safe
public final class OutputLayer {
  private let context: ModelContext
  private let steps: Int
  private let weight: Panels  // (inputs, vocabulary)
  private let transposed: Panels  // (vocabulary, inputs)
  /// Whether the weight is an embedding's: then `transposed` are the parameters, and `weight` is made of them.
  private let isShared: Bool
  /// Width of what is predicted from.
  private let depth: Int
  private let bias: BufferView<Float>
  private let weightName: String
  private let biasOffset: Int
  private let inputs: BufferView<Float>  // (a block's rows, hidden), spread
  private let outputs: BufferView<Float>  // (a block's rows, vocabulary), spread: logits, then their gradient
  private let targets: BufferView<Int32>  // (a block's rows)
  private let losses: BufferView<Float>  // (a block's rows padded to 16)
  private let lossScratch: BufferView<Float>
  private let places: BufferView<Int32>  // (rows of all blocks): a row's place in (steps, matrix's rows, hidden)
  private let stack: (BufferView<Float>) -> GradientStack
  /// A sum of losses for each lane.
  public let laneLosses: BufferView<Double>

  /// The layer whose parameters are `name.weight` and `name.bias`.
  ///
  /// - blocks: those that it is called with, of `steps` steps.
  /// - inputs: width of what is predicted from; nil for that of the hidden state.
  /// - embedding: the layer whose `embedding.weight` is this one's weight as well; nil for a weight of its own.
  public init(
    _ context: ModelContext, _ name: String, steps: Int, blocks: [LaneBlock], inputs depth: Int? = nil,
    sharing embedding: String? = nil
  ) {
    self.context = context
    self.steps = steps
    let depth = depth ?? context.hidden
    self.depth = depth
    isShared = embedding != nil
    let rows = blocks.map(\.rows).max() ?? 0
    weightName = "\(embedding ?? name).weight"
    if embedding != nil {
      weight = context.makePanels(rows: depth, columns: context.vocabulary, for: .weightCopies)
      transposed = context.sharedEmbedding(weightName)
    } else {
      weight = context.weight(weightName)
      transposed = context.makePanels(rows: context.vocabulary, columns: depth, for: .weightCopies)
    }
    bias = context.vector("\(name).bias")
    biasOffset = context.vectorOffset("\(name).bias")
    inputs = context.make(Panels.spreadCount(rows: rows, columns: depth))
    outputs = context.make(Panels.spreadCount(rows: rows, columns: context.vocabulary))
    targets = context.make(rows)
    let padded = ParameterLayout.padded(rows)
    losses = context.make(padded)
    lossScratch = context.make(softmaxScratch(classes: context.vocabulary))
    places = context.make(context.streams * steps)
    stack = context.makeGradientStack(weightName, blocks)
    laneLosses = context.make(context.laneRows.count)
    let width = ParameterLayout.padded(depth)
    var row = 0
    for block in blocks {
      for lane in block.stepRows.rows {
        for step in 0..<steps {
          for stream in lane {
            places[row] = Int32(step * block.rowsPerStep * width + stream * 16)
            row += 1
          }
        }
      }
    }
  }

  /// Makes the transposed weights anew.
  public func parametersChanged() {
    if isShared { transpose(transposed, into: weight) } else { transpose(weight, into: transposed) }
  }

  /// (block's rows, hidden): what is predicted from, to be written before `forward`.
  public func input(_ block: LaneBlock) -> Panels {
    Panels.spread(inputs, rows: block.rows, columns: depth)
  }

  /// Logits and losses of a block for the targets y (steps, streams). With `gradientScale`, the logits give way to the
  /// gradient of the loss times that scale.
  ///
  /// - normalising: what makes the block's input; nil where that is there.
  public func forward(
    _ block: LaneBlock, normalising: Normalisation? = nil, targets y: BufferView<Int32>, gradientScale: Float?
  ) {
    evaluate(block, normalising: normalising)
    let logits = logits(block)
    var row = 0
    for lane in block.stepRows.rows {
      for step in 0..<steps {
        let first = step * context.streams + block.matrixStreams.lowerBound + lane.lowerBound
        targets[row..<(row + lane.count)].copy(from: y[first..<(first + lane.count)])
        row += lane.count
      }
    }
    let padded = ParameterLayout.padded(row)
    softmaxLoss(
      logits, targets: targets[0..<row], losses: losses[0..<padded], gradientScale: gradientScale,
      scratch: lossScratch)
    sumLosses(losses[0..<padded], runs: block.runs.rows, into: block.laneRows(laneLosses, stride: 1), stride: 1)
  }

  /// Logits of a block.
  ///
  /// - normalising: as in `forward`.
  public func evaluate(_ block: LaneBlock, normalising: Normalisation? = nil) {
    if let normalising {
      linear(normalising, weight, bias: bias, into: logits(block))
    } else {
      linear(input(block), weight, bias: bias, into: logits(block))
    }
  }

  /// Each lane's sum of losses and number of correct predictions, after `forward` without gradient; an element for each
  /// lane of the worker, of which the block's are overwritten.
  public func score(_ block: LaneBlock, losses: BufferView<Double>, correct: BufferView<Double>) {
    block.laneRows(losses, stride: 1).copy(from: block.laneRows(laneLosses, stride: 1))
    let targets = targets[0..<block.rows]
    correctPredictions(
      logits(block), targets: targets, runs: block.runs.rows, into: block.laneRows(correct, stride: 1))
    // A model that predicts the last token only has a row for each batch.
    let first = (context.place.batch + 1) * context.bptt - steps
    context.metricSums?.score(
      block, logits(block), targets: targets, rowLosses: self.losses, counted: context.countedPredictions, first: first)
    context.collectedPredictions?.collect(
      block, logits(block), targets: targets, rowLosses: self.losses, first: context.place.batch * steps)
    guard let counted = context.countedPredictions else { return }
    counted.score(
      block, logits(block), targets: targets, rowLosses: self.losses, first: first,
      losses: block.laneRows(losses, stride: 1), correct: block.laneRows(correct, stride: 1))
  }

  /// The backward pass after `forward` with gradient: overwrites dy, the gradient of the layer's input in time order
  /// (steps, matrix's rows, hidden), the block's part of the weight's gradient, and its bias in the lanes' vectors.
  /// To be called for the blocks in order: the gradient's partial sums are kept from the first block to the last.
  ///
  /// - sums: those that BatchNorm's backward pass needs of dy.
  public func backward(
    _ block: LaneBlock, into dy: BufferView<Float>, summing sums: LaneNormGradients? = nil, gradients: BufferView<Float>
  ) {
    let d = logits(block)
    let start = block.streams.lowerBound * steps
    let places = places[start..<(start + d.rows)]
    let panelStride = block.rowsPerStep * 16
    if let sums {
      linear(d, transposed, scatteringTo: places, of: dy, panelStride: panelStride, summing: sums)
    } else {
      linear(d, transposed, scatteringTo: places, of: dy, panelStride: panelStride)
    }
    weightGradient(block, d, into: gradients)
  }

  private func weightGradient(_ block: LaneBlock, _ d: Panels, into gradients: BufferView<Float>) {
    let bias = context.laneVectors(block, offset: biasOffset)
    // Of d and the input alike, with the row between spread panels.
    let rowsPerStep = d.panelStride / 16
    if isShared {
      Kernels.weightGradient(
        d.elements, depth: context.vocabulary, input(block).elements, columns: depth, rowsPerStep: rowsPerStep,
        lanes: block.runs, first: block.lanes.lowerBound, schedule: context.laneReduction, into: stack(gradients))
      laneColumnSums(
        d.elements, rowsPerStep: rowsPerStep, columns: context.vocabulary, lanes: block.runs, into: bias)
    } else {
      Kernels.weightGradient(
        input(block).elements, depth: depth, d.elements, columns: context.vocabulary, rowsPerStep: rowsPerStep,
        lanes: block.runs, first: block.lanes.lowerBound, schedule: context.laneReduction, into: stack(gradients),
        bias: bias)
    }
  }

  /// (block's rows, vocabulary): what the latest `evaluate` has made, or `forward` without gradient.
  public func logits(_ block: LaneBlock) -> Panels {
    Panels.spread(outputs, rows: block.rows, columns: context.vocabulary)
  }
}
