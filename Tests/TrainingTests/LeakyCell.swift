public import Kernels
internal import Memory

/// h = leakyReLU(W_ih·x + b_ih + W_hh·h + b_hh).
public enum LeakyCell: Cell {
  /// One.
  public static let gates = 1
  /// No.
  public static let hasMemory = false
  /// No.
  public static let separatesStateGates = false

  /// h of the pre-activations, element by element.
  public static func forward(_ step: CellStep) {
    for i in 0..<step.hidden.count {
      let a = step.gates[i]
      step.hidden[i] = a > 0 ? a : 0.01 * a
    }
  }

  /// The pre-activations' gradient by that of h, whose sign is theirs.
  public static func backward(_ step: CellStep, _ gradients: CellGradients) {
    for i in 0..<step.gates.count {
      step.gates[i] = gradients.hidden[i] * (step.hidden[i] > 0 ? 1 : 0.01)
    }
  }
}
