internal import Kernels
internal import Memory

/// What a stack keeps of a step beside its layers' own: the embedded input, layers' outputs with their masks, and
/// gradients.
@safe
final class StackActivations {
  private let steps: Int
  private let blocks: [LaneBlock]
  private let embeddedColumns: Int
  private let embedded: BufferView<Float>  // (blocks, steps, block's streams, embedding)
  /// Of each layer, (blocks, steps, block's streams, outputs).
  private let masked: [(values: BufferView<Float>, width: Int)]
  /// (blocks, steps, block's streams, last layer's outputs).
  private let gradient: (values: BufferView<Float>, width: Int)
  /// (steps, a block's streams, the widest layer), used in turn.
  private let inputGradients: [BufferView<Float>]
  private let inputWidths: [Int]

  /// - widths: of each layer.
  init(
    _ context: ModelContext, _ dropout: StackDropout, blocks: [LaneBlock], widths: [(inputs: Int, outputs: Int)]
  ) {
    steps = context.bptt
    self.blocks = blocks
    let rows = context.bptt * context.streams
    embeddedColumns = context.description.embeddingWidth
    embedded = context.make(rows * ParameterLayout.padded(embeddedColumns))
    masked = widths.enumerated().map { index, widths in
      let width = ParameterLayout.padded(widths.outputs)
      return (context.make(dropout.keepsMasked(behind: index) ? rows * width : 0), width)
    }
    let top = ParameterLayout.padded(context.description.outputWidth)
    gradient = (context.make(rows * top), top)
    inputWidths = widths.map { ParameterLayout.padded($0.inputs) }
    let most = context.bptt * (blocks.map(\.streams.count).max() ?? 0) * (inputWidths.max() ?? 0)
    inputGradients = (0..<min(2, widths.count)).map { _ in context.make(most) }
  }

  /// Embedded tokens of a block at step t.
  func embedded(_ block: LaneBlock, _ t: Int) -> Panels {
    let count = Panels.count(rows: block.streams.count, columns: embeddedColumns)
    return Panels(
      embedded(block)[(t * count)..<((t + 1) * count)], rows: block.streams.count, columns: embeddedColumns)
  }

  /// Embedded tokens of a block at all steps.
  func embedded(_ block: LaneBlock) -> BufferView<Float> {
    block.part(embedded, width: ParameterLayout.padded(embeddedColumns))
  }

  /// A layer's output times its mask.
  func masked(behind layer: Int, _ block: LaneBlock) -> BufferView<Float> {
    block.part(masked[layer].values, width: masked[layer].width)
  }

  /// The gradient at the last layer's output.
  func gradient(_ block: LaneBlock) -> BufferView<Float> { block.part(gradient.values, width: gradient.width) }

  /// Sets the padding of that gradient to zero, before it is written: products end with the half panel, and what a
  /// diverged step has left there would come back.
  func clearGradientPadding(_ block: LaneBlock, columns: Int) {
    guard (1...8).contains(columns % 16) else { return }
    let rows = block.streams.count
    let part = gradient(block)
    for t in 0..<steps {
      let end = (t + 1) * rows * gradient.width
      part[(end - rows * 16)..<end].fill(0)
    }
  }

  /// The gradient of what a layer reads: good until that of the layer two below.
  func gradient(ofInputOf layer: Int, _ block: LaneBlock) -> BufferView<Float> {
    inputGradients[layer % inputGradients.count][0..<(steps * block.streams.count * inputWidths[layer])]
  }
}
