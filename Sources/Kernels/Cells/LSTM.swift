public import Memory

/// The cell of `torch.nn.LSTM`.
public enum LSTM: Cell {
  /// i, f, g, o.
  public static let gates = 4
  /// c.
  public static let hasMemory = true
  /// No.
  public static let separatesStateGates = false

  /// See `lstmForward`.
  public static func forward(_ step: CellStep) {
    lstmForward(
      step.gates, previousCell: step.previousMemory, rows: step.rows, cell: step.memory, hidden: step.hidden)
  }

  /// See `lstmBackward`.
  public static func backward(_ step: CellStep, _ gradients: CellGradients) {
    lstmBackward(
      step.gates, hiddenGradient: gradients.hidden, cellGradient: gradients.memory, cell: step.memory,
      previousCell: step.previousMemory, rows: step.rows)
  }
}

// The pointwise part of an LSTM's step, forward and backward: gates i, f, g, o as in `torch.nn.LSTM`, laid out as
// GateLayout.swift says. P is the number of panels of units; all matrices are in panels, with padding.

/// c = f ⊙ c_prev + i ⊙ g and h = o ⊙ tanh(c), where i, f, o are σ and g is tanh of the pre-activations.
///
/// - gates: (rows, 4P panels), pre-activations, overwritten with i, f, g, o.
/// - previousCell: c_prev, (rows, P panels).
/// - cell, hidden: c and h, likewise, overwritten.
///
/// h in a loop of its own for each panel: tanh(c) waits for all before it, and a core that looks some 250 instructions
/// ahead would find little else to do meanwhile.
public func lstmForward(
  _ gates: BufferView<Float>, previousCell: BufferView<Float>, rows: Int, cell: BufferView<Float>,
  hidden: BufferView<Float>
) {
  let count = cell.count
  precondition(rows > 0 && count % (rows * 16) == 0 && gates.count == 4 * count, "gates of the wrong size")
  precondition(previousCell.count == count && hidden.count == count, "states of the wrong size")
  let (gates, previousCell) = (gates.base, UnsafePointer(previousCell.base))
  let (cell, hidden) = (cell.base, hidden.base)
  let stride = rows &* 16
  for panel in 0..<(count / stride) {
    for place in Swift.stride(from: panel &* stride, to: (panel &+ 1) &* stride, by: 16) {
      // A panel of units has four panels of gates, so the gates of this one start three panels further for each before.
      let gate = gates + (place &+ panel &* 3 &* stride)
      let i = sigmoid(load16(gate))
      let f = sigmoid(load16(gate + stride))
      let g = hyperbolicTangent(load16(gate + 2 &* stride))
      let o = sigmoid(load16(gate + 3 &* stride))
      let c = (f * load16(previousCell + place)).addingProduct(i, g)
      store16(gate, i)
      store16(gate + stride, f)
      store16(gate + 2 &* stride, g)
      store16(gate + 3 &* stride, o)
      store16(cell + place, c)
    }
    for place in Swift.stride(from: panel &* stride, to: (panel &+ 1) &* stride, by: 16) {
      let o = load16(UnsafePointer(gates + (place &+ (panel &* 3 &+ 3) &* stride)))
      store16(hidden + place, o * hyperbolicTangent(load16(UnsafePointer(cell + place))))
    }
  }
}

/// The gradients of a step's pre-activations and of c_prev, by those of its h and c.
///
/// tanh(c) is computed anew, which takes 8 of the 65 ns that forward and backward take for 16 units with AVX2, and
/// saves a matrix for each step.
///
/// - gates: i, f, g, o of `lstmForward`, overwritten with the gradients of the pre-activations.
/// - hiddenGradient: of h, whole: from the layer above and from the later step.
/// - cellGradient: of c, from the later step; overwritten with that of c_prev.
/// - cell, previousCell: as in `lstmForward`.
public func lstmBackward(
  _ gates: BufferView<Float>, hiddenGradient: BufferView<Float>, cellGradient: BufferView<Float>,
  cell: BufferView<Float>,
  previousCell: BufferView<Float>, rows: Int
) {
  let count = cell.count
  precondition(rows > 0 && count % (rows * 16) == 0 && gates.count == 4 * count, "gates of the wrong size")
  precondition(
    previousCell.count == count && hiddenGradient.count == count && cellGradient.count == count,
    "states of the wrong size")
  let (gates, cellGradient) = (gates.base, cellGradient.base)
  let (cell, previousCell) = (UnsafePointer(cell.base), UnsafePointer(previousCell.base))
  let hiddenGradient = UnsafePointer(hiddenGradient.base)
  let one = SIMD16<Float>(repeating: 1)
  let stride = rows &* 16
  for panel in 0..<(count / stride) {
    for place in Swift.stride(from: panel &* stride, to: (panel &+ 1) &* stride, by: 16) {
      let gate = gates + (place &+ panel &* 3 &* stride)
      let i = load16(gate)
      let f = load16(gate + stride)
      let g = load16(gate + 2 &* stride)
      let o = load16(gate + 3 &* stride)
      let dh = load16(hiddenGradient + place)
      // Through h = o·tanh(c) and c = f·c_prev + i·g, then through σ' = i·(1 − i) and the like, tanh' = 1 − g²: these
      // are the gradients of pre-activations.
      let t = hyperbolicTangent(load16(cell + place))
      // 1 − t² and the like: products of differences would round twice, a fused multiply-add rounds once.
      let dc = load16(UnsafePointer(cellGradient + place)).addingProduct(dh * o, one.addingProduct(-t, t))
      store16(gate, dc * g * (i * (one - i)))
      store16(gate + stride, dc * load16(previousCell + place) * (f * (one - f)))
      store16(gate + 2 &* stride, dc * i * one.addingProduct(-g, g))
      store16(gate + 3 &* stride, dh * t * (o * (one - o)))
      store16(cellGradient + place, dc * f)
    }
  }
}
