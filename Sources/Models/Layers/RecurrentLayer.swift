public import Kernels
public import Memory
internal import Teams

/// Embedding and hidden-to-hidden layer of the notebook's models, over up to `steps` tokens of each stream:
///
///     a_t = h_{t−1} + E[x_t];  h_t = relu(W·a_t + b)
///
/// Activations are kept block by block of lanes, in each block `steps` matrices (its streams, hidden) in panels, one
/// after the other.
@safe
public final class RecurrentLayer {
  /// (blocks, steps, block's streams, hidden): a, h, and the gradient of h, which gives way to that of the sum before
  /// the ReLU.
  public let input, hidden, gradient: BufferView<Float>
  /// The blocks of lanes.
  public let blocks: [LaneBlock]
  private let context: ModelContext
  private let steps, first: Int
  private let inputGradient: BufferView<Float>  // (a block's streams, hidden)
  private let embedding: BufferView<Float>
  private let weight, transposed: Panels
  private let bias: BufferView<Float>
  private let weightName: String
  private let embeddingOffset, biasOffset: Int
  private let embeddingSums: EmbeddingSums
  private let stack: (BufferView<Float>) -> GradientStack
  private let ordered: LaneOrder
  private let gradientParts: BlockParts

  /// The layers whose parameters are `embedding.weight`, and `linear.weight` and `linear.bias`.
  ///
  /// - steps: tokens of each stream in a batch, as many as the blocks have; first: the first of them that goes through
  ///   the linear layer.
  public init(
    _ context: ModelContext, embedding: String, linear: String, steps: Int, first: Int = 0, blocks: [LaneBlock]
  ) {
    self.context = context
    self.steps = steps
    self.first = first
    self.blocks = blocks
    gradientParts = BlockParts(blocks) {
      let block = $0.over(steps: steps - first)
      return block.ordersRows(width: context.width) ? block.gradientParts(depth: 2 * context.width) : [block]
    }
    let count = steps * context.streams * context.width
    input = context.make(count)
    hidden = context.make(count)
    gradient = context.make(count)
    inputGradient = context.make((blocks.map(\.streams.count).max() ?? 0) * context.width)
    self.embedding = context.rows("\(embedding).weight")
    weightName = "\(linear).weight"
    weight = context.weight(weightName)
    transposed = context.makePanels(rows: context.hidden, columns: context.hidden, for: .weightCopies)
    bias = context.vector("\(linear).bias")
    embeddingOffset = context.gradientOffset("\(embedding).weight")
    biasOffset = context.vectorOffset("\(linear).bias")
    embeddingSums = context.makeEmbeddingSums(rows: steps * context.streams)
    stack = context.makeGradientStack(weightName, gradientParts.all)
    ordered = LaneOrder(context, parts: gradientParts.all.filter { $0.ordersRows(width: context.width) })
  }

  /// Makes the transposed weights anew.
  public func parametersChanged() { transpose(weight, into: transposed) }

  /// A block's part of activations.
  public func part(_ activations: BufferView<Float>, _ block: LaneBlock) -> BufferView<Float> {
    block.part(activations, width: context.width)
  }

  /// A block's matrix of step t in activations, (block's streams, hidden).
  public func step(_ activations: BufferView<Float>, _ block: LaneBlock, _ t: Int) -> Panels {
    let count = block.streams.count * context.width
    return Panels(
      part(activations, block)[(t * count)..<((t + 1) * count)], rows: block.streams.count, columns: context.hidden)
  }

  /// a_t = before + E[x_t] for a block, with before (streams, hidden) and tokens x (steps, streams).
  public func embed(_ before: Panels, _ x: BufferView<Int32>, _ block: LaneBlock, at t: Int) {
    addEmbedding(
      before, first: block.streams.lowerBound, embedding: embedding, tokens: tokens(x, block, t),
      into: step(input, block, t))
  }

  /// h_t from a_t for a block and the steps t of `range`, and between them a_{t+1} = h_t + E[x_{t+1}]; and the moments
  /// of these h_t.
  public func advance(
    _ range: Range<Int>, _ x: BufferView<Int32>, _ block: LaneBlock, moments: LaneMoments? = nil
  ) {
    let count = block.streams.count * context.width
    let places = (range.lowerBound * count)..<(range.upperBound * count)
    recurrentForward(
      part(input, block)[places], into: part(hidden, block)[places], rows: block.streams.count, steps: range.count,
      weight, bias: bias, embedding: embedding,
      tokens: x[(range.lowerBound * context.streams + block.streams.lowerBound)..<x.count],
      tokenStride: context.streams, moments: moments)
  }

  /// The backward pass through all steps of a block and the BatchNorm after them: the gradients at its outputs are
  /// overwritten by those of the sums, and the gradients of a_t are added to the embedding's.
  public func backward(
    _ x: BufferView<Int32>, _ block: LaneBlock, through backwardCoefficients: NormBackwardCoefficients
  ) {
    recurrentBackward(
      part(gradient, block), h: part(hidden, block), rows: block.streams.count, steps: steps, transposed,
      through: backwardCoefficients, addingTo: embeddingSums, lanes: block.stepRows.rows, first: block.lanes.lowerBound,
      tokens: x[block.streams.lowerBound..<x.count], tokenStride: context.streams, scratch: inputGradient)
  }

  /// The gradient of a_t from that of the sum at one step, added to the embedding's, and returned: good until the next
  /// call.
  public func backward(_ x: BufferView<Int32>, _ block: LaneBlock, at t: Int) -> BufferView<Float> {
    let da = inputGradient[0..<(block.streams.count * context.width)]
    linear(
      step(gradient, block, t), transposed, bias: nil,
      into: Panels(da, rows: block.streams.count, columns: context.hidden))
    addToEmbedding(da, x, block, at: t)
    return da
  }

  /// Adds a gradient of a_t, (block's streams, hidden), to the embedding's.
  public func addToEmbedding(_ da: BufferView<Float>, _ x: BufferView<Int32>, _ block: LaneBlock, at t: Int) {
    embeddingSums.add(
      da, tokens: tokens(x, block, t), rowsPerStep: block.streams.count, rows: block.stepRows.rows,
      first: block.lanes.lowerBound)
  }

  /// A block's part of the linear layer's gradient, from the gradient of the sum at all its steps: to be called for the
  /// blocks in order. The weight gradient's partial sums are kept from the first block to the last.
  public func linearGradients(_ block: LaneBlock, into gradients: BufferView<Float>) {
    let skipped = first * block.rowsPerStep * context.width
    let (input, gradient) = (part(input, block), part(gradient, block))
    let (a, d) = (input[skipped..<input.count], gradient[skipped..<gradient.count])
    let schedule = context.laneReduction
    for part in gradientParts(block) {
      let bias = context.laneVectors(part, offset: biasOffset)
      if part.ordersRows(width: context.width) {
        ordered.weightGradient(part, a, d, schedule, into: stack(gradients), bias: bias)
      } else {
        weightGradient(
          a, depth: context.hidden, d, columns: context.hidden, rowsPerStep: part.rowsPerStep, lanes: part.stepRows,
          first: part.lanes.lowerBound, schedule: schedule, into: stack(gradients), bias: bias)
      }
    }
  }

  /// Overwrites the embedding's part of `gradients` (own roots, parameters), after `backward` at all steps of all
  /// blocks.
  public func embeddingGradient(into gradients: BufferView<Float>) {
    embeddingSums.reduceTree(
      context.laneReduction, into: gradients, offset: embeddingOffset, rootStride: context.gradientStride)
  }

  private func tokens(_ x: BufferView<Int32>, _ block: LaneBlock, _ t: Int) -> BufferView<Int32> {
    let start = t * context.streams
    return x[(start + block.streams.lowerBound)..<(start + block.streams.upperBound)]
  }
}

/// The weight's gradient of a part's rows in lane order: see `LaneBlock.ordersRows`.
private struct LaneOrder {
  private let input: BufferView<Float>  // (a part's rows, hidden)
  private let packed: BufferView<Float>  // some columns of their gradients
  private let width, hidden: Int

  init(_ context: ModelContext, parts: [LaneBlock]) {
    (width, hidden) = (context.width, context.hidden)
    let rows = parts.map(\.rows).max() ?? 0
    input = context.make(rows * width)
    packed = context.make(packedCount(rows: rows))
  }

  /// As `weightGradient` for a part's rows of a and d, (steps, matrix's rows, width).
  func weightGradient(
    _ part: LaneBlock, _ a: BufferView<Float>, _ d: BufferView<Float>, _ schedule: ReductionSchedule,
    into stack: GradientStack, bias: LaneVectors
  ) {
    let ordered = Panels(input[0..<(part.rows * width)], rows: part.rows, columns: hidden)
    gatherLanes(a, rowsPerStep: part.rowsPerStep, width: width, lanes: part.stepRows, into: ordered)
    packedWeightGradients(
      GradientOperand(ordered, into: stack), nil, d, columns: hidden, block: part, schedule: schedule, packed: packed,
      biases: (bias, nil))
  }
}
