internal import Kernels
internal import Memory

/// One layer of a stack: a cell with its products, over all steps of each stream.
///
/// Forward, step by step: W_ih·x and W_hh·h with both biases, as one chain of multiply-adds an element where the cell
/// takes their sum, then the cell's pointwise part, which makes h. Backward, from the last step to the first, the cell
/// makes the gradients of its gates, and while these are in cache the products give those of the input and of h; the
/// weights' gradients follow. Activations are kept block by block of lanes, `steps` matrices (block's streams, columns)
/// in panels.
@safe
final class CellLayer {
  private let context: ModelContext
  private let cell: any Cell.Type
  private let index, steps, inputs, hidden, width, gateWidth: Int
  private let inputWeight, stateWeight: Panels  // (inputs, gate columns), (hidden, gate columns)
  private let inputTransposed, stateTransposed: Panels  // (gate columns, inputs), (gate columns, hidden)
  private let inputBias, stateBias: BufferView<Float>  // (gate columns)
  private let bias: BufferView<Float>  // (gate columns): of the input products
  private let gates, stateGates: BufferView<Float>  // (blocks, steps, block's streams, gate columns)
  /// (blocks, 1 + steps, block's streams, width): from the step before the first on.
  private let states, memories: BufferView<Float>
  private let memoryGradient, spare: BufferView<Float>  // (a block's streams, width)
  private let gradientParts: BlockParts
  private let orderedInput, orderedState: BufferView<Float>  // (a part's rows of all steps, …) in lane order
  private let packed: BufferView<Float>  // some columns of gates, likewise
  private let inputStack, stateStack: (BufferView<Float>) -> GradientStack
  private let inputBiasOffset, stateBiasOffset: Int
  private let dropout: Double
  private let dropped: Panels  // (hidden, gate columns): W_hh with the step's mask
  private var mask: DropoutMask?
  private let stateOffset: Int
  /// (streams, width): h, and c where there is one, from which a batch starts.
  private let carriedHidden: Panels
  private let carriedMemory: Panels?

  /// The layer whose parameters are `rnns.index.weight_ih_l0` and so on.
  ///
  /// - steps: tokens of each stream in a batch; dropout: of the hidden-to-hidden weights.
  init(
    _ context: ModelContext, index: Int, _ cell: any Cell.Type, steps: Int, inputs: Int, hidden: Int,
    blocks: [LaneBlock], dropout: Double
  ) {
    self.context = context
    self.cell = cell
    self.index = index
    self.steps = steps
    self.inputs = inputs
    self.hidden = hidden
    self.dropout = dropout
    width = ParameterLayout.padded(hidden)
    gateWidth = gateColumns(gates: cell.gates, hidden: hidden)
    let name = Self.name(index)
    inputWeight = context.weight("\(name).weight_ih_l0")
    stateWeight = context.weight("\(name).weight_hh_l0")
    inputTransposed = context.makePanels(rows: gateWidth, columns: inputs, for: .weightCopies)
    stateTransposed = context.makePanels(rows: gateWidth, columns: hidden, for: .weightCopies)
    inputBias = context.vector("\(name).bias_ih_l0")
    stateBias = context.vector("\(name).bias_hh_l0")
    inputBiasOffset = context.vectorOffset("\(name).bias_ih_l0")
    stateBiasOffset = context.vectorOffset("\(name).bias_hh_l0")
    stateOffset = context.gradientOffset("\(name).weight_hh_l0")
    bias = context.make(gateWidth)
    let streams = context.streams
    let most = blocks.map(\.streams.count).max() ?? 0
    gates = context.make(steps * streams * gateWidth)
    stateGates = context.make(cell.separatesStateGates ? steps * streams * gateWidth : 0)
    states = context.make((1 + steps) * streams * width)
    memories = context.make(cell.hasMemory ? (1 + steps) * streams * width : 0)
    memoryGradient = context.make(cell.hasMemory ? most * width : 0)
    spare = context.make(most * width)
    let depth = ParameterLayout.padded(inputs) + width
    gradientParts = BlockParts(blocks) { $0.gradientParts(depth: depth) }
    let rows = gradientParts.all.map(\.rows).max() ?? 0
    orderedInput = context.make(rows * ParameterLayout.padded(inputs))
    orderedState = context.make(rows * width)
    packed = context.make(packedCount(rows: rows))
    inputStack = context.makeGradientStack("\(name).weight_ih_l0", gradientParts.all)
    stateStack = context.makeGradientStack("\(name).weight_hh_l0", gradientParts.all)
    dropped =
      dropout > 0 ? context.makePanels(rows: hidden, columns: gateWidth, for: .weightCopies) : stateWeight
    carriedHidden = context.makePanels(rows: streams, columns: hidden)
    carriedMemory = cell.hasMemory ? context.makePanels(rows: streams, columns: hidden) : nil
  }

  /// "rnns.0"
  static func name(_ index: Int) -> String { "rnns.\(index)" }

  /// h and c by their names in files.
  var carriedStates: [CarriedState] {
    let name = Self.name(index)
    return [CarriedState("\(name).hidden", carriedHidden)]
      + (carriedMemory.map { [CarriedState("\(name).cell", $0)] } ?? [])
  }

  /// Makes transposed copies of the weights, and the bias of the input products.
  func parametersChanged() {
    transpose(inputWeight, into: inputTransposed)
    if dropout == 0 { transpose(stateWeight, into: stateTransposed) }
    bias.copy(from: inputBias)
    if !cell.separatesStateGates { accumulate(stateBias, into: bias) }
  }

  /// Draws the step's mask of the hidden-to-hidden weights.
  func beginStep(_ mask: (DropoutMask.Site, Double) -> DropoutMask) {
    guard dropout > 0 else { return }
    let own = mask(.weight(layer: index), dropout)
    own.drop(stateWeight, gates: cell.gates, into: dropped)
    transpose(dropped, into: stateTransposed)
    self.mask = own
  }

  /// h of all steps of a block, (steps, block's streams, width).
  func output(_ block: LaneBlock) -> BufferView<Float> {
    let all = part(states, block)
    return all[(block.rowsPerStep * width)..<all.count]
  }

  /// Forward through all steps of a block from what is carried, which moves on.
  ///
  /// - x: (steps, block's streams, inputs); drops: whether the step's mask is in force.
  func forward(_ block: LaneBlock, _ x: BufferView<Float>, drops: Bool) {
    let weight = drops && dropout > 0 ? dropped : stateWeight
    let first = block.streams.lowerBound
    copyRows(carriedHidden, first: first, into: state(states, block, 0))
    if let carriedMemory { copyRows(carriedMemory, first: first, into: state(memories, block, 0)) }
    for t in 0..<steps {
      let (x, h) = (input(x, block, t), state(states, block, t))
      if cell.separatesStateGates {
        linear(x, inputWeight, bias: bias, into: gate(gates, block, t))
        linear(h, weight, bias: stateBias, into: gate(stateGates, block, t))
      } else {
        linear(x, inputWeight, plus: h, weight, bias: bias, into: gate(gates, block, t))
      }
      cell.forward(step(block, t))
    }
    copyRows(state(states, block, steps), into: carriedHidden, first: first)
    if let carriedMemory { copyRows(state(memories, block, steps), into: carriedMemory, first: first) }
  }

  /// Back through all steps of a block, after `forward` in training.
  ///
  /// - x: as in `forward`. dh: the gradient of the layer's output, (steps, block's streams, width), overwritten with
  ///   that of each h as a whole. dx: that of x, overwritten.
  /// - mask: (block's streams, inputs), by which dx is multiplied at every step: that of the dropout which made x; or
  ///   none.
  /// - gradients: the block's part of the weights' gradients. Blocks come in order: partial sums are kept from the
  ///   first to the last.
  func backward(
    _ block: LaneBlock, _ x: BufferView<Float>, _ dh: BufferView<Float>, into dx: BufferView<Float>,
    mask: Panels?, gradients: BufferView<Float>
  ) {
    let rows = block.streams.count
    let size = rows * width
    let memoryGradient = memoryGradient[0..<(cell.hasMemory ? size : 0)]
    memoryGradient.fill(0)
    for t in (0..<steps).reversed() {
      let previous = t > 0 ? dh[((t - 1) * size)..<(t * size)] : spare[0..<size]
      cell.backward(
        step(block, t),
        CellGradients(hidden: dh[(t * size)..<((t + 1) * size)], memory: memoryGradient, previousHidden: previous))
      inputGradient(block, t, mask, into: dx)
      guard t > 0 else { continue }
      linear(
        gate(stateGradients, block, t), stateTransposed, addingTo: Panels(previous, rows: rows, columns: hidden))
    }
    for part in gradientParts(block) { weightGradients(part, x, into: gradients) }
  }

  /// Ends the weights' gradients of a step, after the last block: dropped weights have none.
  func finishGradients(_ gradients: BufferView<Float>) {
    guard let mask, dropout > 0 else { return }
    let count = stateWeight.elements.count
    for root in 0..<context.laneReduction.roots {
      let start = root * context.gradientStride + stateOffset
      mask.dropGradient(
        Panels(gradients[start..<(start + count)], rows: hidden, columns: gateWidth), gates: cell.gates)
    }
  }

  /// Where `backward` leaves the gradients of what W_hh·h is part of.
  private var stateGradients: BufferView<Float> { cell.separatesStateGates ? stateGates : gates }

  /// The gradient of the input at step t, while its gates' are in cache.
  private func inputGradient(_ block: LaneBlock, _ t: Int, _ mask: Panels?, into dx: BufferView<Float>) {
    let result = input(dx, block, t)
    // Products end with the half panel, and the memory has held other layers' gradients: what is padding must be zero
    // for the layer below, whose units it would be.
    if (1...8).contains(inputs % 16) {
      result.elements[((result.panels - 1) * result.rows * 16)..<result.elements.count].fill(0)
    }
    linear(gate(gates, block, t), inputTransposed, mask: mask, into: result)
  }

  /// In lane order, where each lane's rows of all steps lie one after the other: a lane's sums stay in registers for
  /// all of them.
  private func weightGradients(_ block: LaneBlock, _ x: BufferView<Float>, into gradients: BufferView<Float>) {
    let previous = part(states, block)[0..<(steps * block.rowsPerStep * width)]
    let x = GradientOperand(
      inLaneOrder(x, inputs, block, times: 1, orderedInput), into: inputStack(gradients))
    let h = GradientOperand(
      inLaneOrder(previous, hidden, block, times: dropout > 0 ? mask?.factor ?? 1 : 1, orderedState),
      into: stateStack(gradients))
    let inputBias = context.laneVectors(block, offset: inputBiasOffset)
    let stateBias = context.laneVectors(block, offset: stateBiasOffset)
    func run(
      _ first: GradientOperand, _ second: GradientOperand?, _ gates: BufferView<Float>,
      _ biases: (LaneVectors, LaneVectors?)
    ) {
      packedWeightGradients(
        first, second, block.part(gates, width: gateWidth), columns: gateWidth, block: block,
        schedule: context.laneReduction, packed: packed, biases: biases)
    }
    if cell.separatesStateGates {
      run(x, nil, gates, (inputBias, nil))
      run(h, nil, stateGates, (stateBias, nil))
    } else {
      run(x, h, gates, (inputBias, stateBias))
    }
  }

  /// Activations (steps, block's streams, columns) times a factor, with their rows in lane order, in `result`.
  private func inLaneOrder(
    _ activations: BufferView<Float>, _ columns: Int, _ block: LaneBlock, times factor: Float,
    _ result: BufferView<Float>
  ) -> Panels {
    let width = ParameterLayout.padded(columns)
    let ordered = Panels(result[0..<(block.rows * width)], rows: block.rows, columns: columns)
    gatherLanes(
      activations, rowsPerStep: block.rowsPerStep, width: width, lanes: block.stepRows, times: factor, into: ordered)
    return ordered
  }

  // MARK: Parts of the activations

  private func step(_ block: LaneBlock, _ t: Int) -> CellStep {
    CellStep(
      rows: block.streams.count, gates: gate(gates, block, t).elements,
      stateGates: cell.separatesStateGates ? gate(stateGates, block, t).elements : stateGates,
      previousHidden: state(states, block, t).elements, hidden: state(states, block, t + 1).elements,
      previousMemory: cell.hasMemory ? state(memories, block, t).elements : memories,
      memory: cell.hasMemory ? state(memories, block, t + 1).elements : memories)
  }

  private func part(_ states: BufferView<Float>, _ block: LaneBlock) -> BufferView<Float> {
    let count = (1 + steps) * width
    return states[(block.matrixStreams.lowerBound * count)..<(block.matrixStreams.upperBound * count)]
  }

  /// A state after `t` steps of the batch, (block's streams, hidden).
  private func state(_ states: BufferView<Float>, _ block: LaneBlock, _ t: Int) -> Panels {
    matrix(part(states, block), block, t, columns: hidden)
  }

  /// Gates at step t, (block's streams, gate columns).
  private func gate(_ gates: BufferView<Float>, _ block: LaneBlock, _ t: Int) -> Panels {
    matrix(block.part(gates, width: gateWidth), block, t, columns: gateWidth)
  }

  /// The input at step t, (block's streams, inputs).
  private func input(_ x: BufferView<Float>, _ block: LaneBlock, _ t: Int) -> Panels {
    matrix(x, block, t, columns: inputs)
  }

  private func matrix(_ activations: BufferView<Float>, _ block: LaneBlock, _ t: Int, columns: Int) -> Panels {
    let count = Panels.count(rows: block.streams.count, columns: columns)
    return Panels(
      activations[(t * count)..<((t + 1) * count)], rows: block.streams.count, columns: columns)
  }
}
