public import Memory

/// The cell of `torch.nn.RNN`: h = tanh(W_ih·x + b_ih + W_hh·h + b_hh).
public enum TanhCell: Cell {
  /// One.
  public static let gates = 1
  /// No.
  public static let hasMemory = false
  /// No.
  public static let separatesStateGates = false

  /// See `tanhForward`.
  public static func forward(_ step: CellStep) { tanhForward(step.gates, hidden: step.hidden) }

  /// See `tanhBackward`.
  public static func backward(_ step: CellStep, _ gradients: CellGradients) {
    tanhBackward(gradients.hidden, hidden: step.hidden, into: step.gates)
  }
}

/// h = tanh(a), the pointwise part of `torch.nn.RNN`: both of one size, in whole vectors of 16; h is overwritten and
/// may be a itself.
public func tanhForward(_ a: BufferView<Float>, hidden h: BufferView<Float>) {
  precondition(a.count == h.count && a.count % 16 == 0, "activations of the wrong size")
  for place in stride(from: 0, to: h.count, by: 16) {
    store16(h.base + place, hyperbolicTangent(load16(a.base + place)))
  }
}

/// da = dh ⊙ (1 − h²): the gradient of the pre-activations by that of h. All of one size, in whole vectors of 16; da is
/// overwritten and may be dh itself.
public func tanhBackward(_ dh: BufferView<Float>, hidden h: BufferView<Float>, into da: BufferView<Float>) {
  precondition(dh.count == h.count && da.count == h.count && h.count % 16 == 0, "activations of the wrong size")
  for place in stride(from: 0, to: h.count, by: 16) {
    let state = load16(h.base + place)
    store16(da.base + place, load16(dh.base + place) * SIMD16(repeating: 1).addingProduct(-state, state))
  }
}
