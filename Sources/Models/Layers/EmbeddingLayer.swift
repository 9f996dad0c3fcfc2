import Kernels
import Memory
internal import Teams

/// The embedding of a stack's input, with embedding dropout and input dropout.
///
/// Its gradient is summed per lane in the order in which steps come backward, and added up over the lanes at the end of
/// a step.
@safe
final class EmbeddingLayer {
  private let context: ModelContext
  private let rows: EmbeddingRows
  private let width: Int
  private let sums: EmbeddingSums
  private let offset: Int
  private let dropout: Double
  private let factors: BufferView<Float>  // (vocabulary)
  /// The same, and 0 for the padding token where it has no gradient; nil where neither has an effect.
  private let gradientFactors: BufferView<Float>?
  private let hasPadding, isShared: Bool

  /// The layer whose parameter is `name.weight`.
  ///
  /// - steps: tokens of each stream in a batch; hasPadding: whether the row of `xxpad` has no gradient from here.
  /// - isShared: whether the weight is the output layer's as well.
  init(
    _ context: ModelContext, _ name: String, steps: Int, columns: Int, isShared: Bool, hasPadding: Bool,
    dropout: Double
  ) {
    self.context = context
    self.dropout = dropout
    self.hasPadding = hasPadding
    self.isShared = isShared
    width = ParameterLayout.padded(columns)
    rows =
      isShared
      ? EmbeddingRows(context.sharedEmbedding("\(name).weight"))
      : EmbeddingRows(context.rows("\(name).weight"), width: width)
    sums = context.makeEmbeddingSums(rows: steps * context.streams, columns: columns)
    offset = context.embeddingGradientOffset("\(name).weight")
    let count = ParameterLayout.padded(context.vocabulary)
    factors = context.make(dropout > 0 ? count : 0)
    gradientFactors = dropout > 0 || hasPadding ? context.make(count) : nil
    gradientFactors?.fill(1)
    if dropout == 0 { clearPadding() }
  }

  /// Draws the step's mask.
  func beginStep(_ mask: (DropoutMask.Site, Double) -> DropoutMask) {
    guard dropout > 0 else { return }
    mask(.embedding, dropout).fill(factors, vocabulary: context.vocabulary)
    gradientFactors?.copy(from: factors)
    clearPadding()
  }

  /// x_t (block's streams, width) of the tokens at one step.
  ///
  /// - drops: whether the step's mask is in force; mask: input dropout's (block's streams, width), or none.
  func forward(tokens: BufferView<Int32>, drops: Bool, mask: Panels?, into x: Panels) {
    rows.gather(tokens: tokens, factors: drops && dropout > 0 ? factors : nil, mask: mask, into: x)
  }

  /// Adds a gradient of x_t, `dx` (block's streams, width), to the embedding's.
  func backward(_ block: LaneBlock, tokens: BufferView<Int32>, mask: Panels?, _ dx: Panels) {
    sums.add(
      dx.elements, mask: mask, factors: gradientFactors, tokens: tokens, rowsPerStep: dx.rows,
      rows: block.stepRows.rows, first: block.lanes.lowerBound)
  }

  /// Overwrites the embedding's part of `gradients` (own roots, parameters), after `backward` at all steps of all
  /// blocks.
  func gradient(into gradients: BufferView<Float>) {
    sums.reduceTree(
      context.laneReduction, into: gradients, offset: offset, rootStride: context.gradientStride,
      inPanels: isShared)
  }

  private func clearPadding() {
    let padding = ParameterDeclaration.paddingToken
    if hasPadding, context.vocabulary > padding { gradientFactors?[padding] = 0 }
  }
}
