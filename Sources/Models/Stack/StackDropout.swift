internal import Kernels
internal import Memory

/// The masks of a stack's activations in one step: pure functions of seed, step and global stream, made anew for each
/// batch.
@safe
final class StackDropout {
  private let context: ModelContext
  private let probabilities: Dropout
  private let blocks: [LaneBlock]
  private let inputMask: Masks?
  private let layerMasks: [Masks?]

  /// One site's mask, (block's streams, columns) block by block.
  private struct Masks {
    let site: DropoutMask.Site
    let probability: Double
    let columns: Int
    let elements: BufferView<Float>

    /// Of a part of a block, the whole's.
    func block(_ block: LaneBlock) -> Panels {
      let width = ParameterLayout.padded(columns)
      let streams = block.matrixStreams
      return Panels(
        elements[(streams.lowerBound * width)..<(streams.upperBound * width)], rows: streams.count, columns: columns)
    }
  }

  /// - widths: of each layer.
  init(
    _ context: ModelContext, _ probabilities: Dropout, blocks: [LaneBlock], widths: [(inputs: Int, outputs: Int)]
  ) {
    self.context = context
    self.probabilities = probabilities
    self.blocks = blocks
    func masks(_ site: DropoutMask.Site, _ probability: Double, _ columns: Int) -> Masks? {
      guard probability > 0 else { return nil }
      let count = Panels.count(rows: context.streams, columns: columns)
      return Masks(site: site, probability: probability, columns: columns, elements: context.make(count))
    }
    inputMask = masks(.input, probabilities.input, context.description.embeddingWidth)
    layerMasks = widths.enumerated().map { index, widths in
      index == context.description.layers - 1
        ? masks(.output, probabilities.output, widths.outputs)
        : masks(.hidden(layer: index), probabilities.hidden, widths.outputs)
    }
  }

  /// The step's mask of a site with a probability of a zero.
  func mask(_ site: DropoutMask.Site, _ probability: Double) -> DropoutMask {
    DropoutMask(
      seed: context.seed, phase: context.place.phase == .finder ? .finder : .fit,
      updateStep: context.place.update, batch: context.place.batch, site: site, probability: probability)
  }

  /// Draws the step's masks.
  func beginStep() {
    if let inputMask { fill(inputMask) }
    for case let masks? in layerMasks { fill(masks) }
  }

  private func fill(_ masks: Masks) {
    let mask = mask(masks.site, masks.probability)
    for block in blocks { mask.fill(masks.block(block), first: context.firstStream + block.streams.lowerBound) }
  }

  /// Of the embedded input, (block's streams, embedding); nil for none.
  func input(_ block: LaneBlock) -> Panels? { inputMask?.block(block) }

  /// Between a layer and the next, or the output layer: (rows of the block's matrices, outputs); nil for none.
  func behind(layer: Int, _ block: LaneBlock) -> Panels? { layerMasks[layer]?.block(block) }

  /// Whether a layer's output is kept with that mask as well. That of the last one isn't without BatchNorm: then the
  /// output layer alone reads it, and multiplies while it gathers rows.
  func keepsMasked(behind layer: Int) -> Bool {
    layerMasks[layer] != nil && (layer < layerMasks.count - 1 || context.description.norm == .batch)
  }
}
