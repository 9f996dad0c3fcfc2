public import Memory

/// The cell of `torch.nn.GRU`.
public enum GRU: Cell {
  /// r, z, n.
  public static let gates = 3
  /// No.
  public static let hasMemory = false
  /// Yes: r acts on the state's part of n alone.
  public static let separatesStateGates = true

  /// See `gruForward`.
  public static func forward(_ step: CellStep) {
    gruForward(
      step.gates, stateGates: step.stateGates, previousHidden: step.previousHidden, rows: step.rows,
      hidden: step.hidden)
  }

  /// See `gruBackward`.
  public static func backward(_ step: CellStep, _ gradients: CellGradients) {
    gruBackward(
      step.gates, stateGates: step.stateGates, hiddenGradient: gradients.hidden, previousHidden: step.previousHidden,
      rows: step.rows, addingTo: gradients.previousHidden)
  }
}

// The pointwise part of a GRU's step, forward and backward: gates r, z, n as in `torch.nn.GRU`, laid out as
// GateLayout.swift says. P is the number of panels of units; all matrices are in panels, with padding. The input's part
// and the state's part of the pre-activations are two matrices, since r acts on the state's part of n alone.

/// h = (1 − z) ⊙ n + z ⊙ h_prev, where r and z are σ of both parts' sum and n = tanh(input's part + r ⊙ state's part).
///
/// - inputGates: (rows, 3P panels), W_ih·x + b_ih, overwritten with r, z, n.
/// - stateGates: likewise, W_hh·h_prev + b_hh. Stays as it is: the backward pass needs its n.
/// - previousHidden: h_prev, (rows, P panels).
/// - hidden: h, likewise, overwritten.
///
/// n in a loop of its own for each panel: it waits for r, and a core that looks some 250 instructions ahead would find
/// little else to do meanwhile.
public func gruForward(
  _ inputGates: BufferView<Float>, stateGates: BufferView<Float>, previousHidden: BufferView<Float>, rows: Int,
  hidden: BufferView<Float>
) {
  let count = hidden.count
  precondition(rows > 0 && count % (rows * 16) == 0 && inputGates.count == 3 * count, "gates of the wrong size")
  precondition(stateGates.count == 3 * count && previousHidden.count == count, "states of the wrong size")
  let (inputs, states) = (inputGates.base, UnsafePointer(stateGates.base))
  let (previousHidden, hidden) = (UnsafePointer(previousHidden.base), hidden.base)
  let stride = rows &* 16
  for panel in 0..<(count / stride) {
    for place in Swift.stride(from: panel &* stride, to: (panel &+ 1) &* stride, by: 16) {
      // A panel of units has three panels of gates, so the gates of this one start two panels further for each before.
      let first = place &+ panel &* 2 &* stride
      let (input, state) = (inputs + first, states + first)
      store16(input, sigmoid(load16(input) + load16(state)))
      store16(input + stride, sigmoid(load16(input + stride) + load16(state + stride)))
    }
    for place in Swift.stride(from: panel &* stride, to: (panel &+ 1) &* stride, by: 16) {
      let first = place &+ panel &* 2 &* stride
      let (input, state) = (inputs + first, states + first)
      let (r, z) = (load16(input), load16(input + stride))
      let n = hyperbolicTangent(load16(input + 2 &* stride).addingProduct(r, load16(state + 2 &* stride)))
      store16(input + 2 &* stride, n)
      store16(hidden + place, ((SIMD16(repeating: 1) - z) * n).addingProduct(z, load16(previousHidden + place)))
    }
  }
}

/// The gradients of both parts of a step's pre-activations, by that of its h.
///
/// - inputGates: r, z, n of `gruForward`, overwritten with the gradients of W_ih·x + b_ih.
/// - stateGates: as `gruForward` left them, overwritten with the gradients of W_hh·h_prev + b_hh.
/// - hiddenGradient: of h, whole: from the layer above and from the later step.
/// - previousHidden: h_prev.
/// - previousGradient: of h_prev; dh ⊙ z is added to it. What comes through W_hh is a product's work.
public func gruBackward(
  _ inputGates: BufferView<Float>, stateGates: BufferView<Float>, hiddenGradient: BufferView<Float>,
  previousHidden: BufferView<Float>, rows: Int, addingTo previousGradient: BufferView<Float>
) {
  let count = hiddenGradient.count
  precondition(rows > 0 && count % (rows * 16) == 0 && inputGates.count == 3 * count, "gates of the wrong size")
  precondition(
    stateGates.count == 3 * count && previousHidden.count == count && previousGradient.count == count,
    "states of the wrong size")
  let (inputs, states, previousGradient) = (inputGates.base, stateGates.base, previousGradient.base)
  let (hiddenGradient, previousHidden) = (UnsafePointer(hiddenGradient.base), UnsafePointer(previousHidden.base))
  let one = SIMD16<Float>(repeating: 1)
  let stride = rows &* 16
  for panel in 0..<(count / stride) {
    for place in Swift.stride(from: panel &* stride, to: (panel &+ 1) &* stride, by: 16) {
      let first = place &+ panel &* 2 &* stride
      let (input, state) = (inputs + first, states + first)
      let r = load16(input)
      let z = load16(input + stride)
      let n = load16(input + 2 &* stride)
      let dh = load16(hiddenGradient + place)
      // Through h = (1 − z)·n + z·h_prev, then through tanh' = 1 − n² and σ' = z·(1 − z), r·(1 − r): these are the
      // gradients of pre-activations. n's state part, which r multiplies, is still in `stateGates`.
      let dn = dh * (one - z) * one.addingProduct(-n, n)
      let dz = dh * (load16(previousHidden + place) - n) * (z * (one - z))
      let dr = dn * load16(state + 2 &* stride) * (r * (one - r))
      store16(input, dr)
      store16(input + stride, dz)
      store16(input + 2 &* stride, dn)
      // Of W_hh·h_prev + b_hh: r and z had it added, n had it times r.
      store16(state, dr)
      store16(state + stride, dz)
      store16(state + 2 &* stride, dn * r)
      store16(previousGradient + place, load16(UnsafePointer(previousGradient + place)).addingProduct(dh, z))
    }
  }
}
