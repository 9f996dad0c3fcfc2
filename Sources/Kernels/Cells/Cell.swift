public import Memory

/// The pointwise part of a recurrent cell: what is done with the pre-activations of its gates, forward and backward
/// side by side.
///
/// The products around it, W_ih·x and W_hh·h with their biases and gradients, are a layer's work (`CellLayer` in
/// Models), the same for every cell. A cell of one's own is one file that conforms to this, and one line in the
/// registry of models. It works on the rows of one step, in panels as GateLayout.swift lays them out; what it does with
/// a row must not depend on the others.
///
/// TanhCell.swift is the shortest one; LSTM.swift has a second state, GRU.swift keeps W_hh·h apart. All are written the
/// same way: a loop over panels and in it over rows, 16 units at a time, whose body is the formula. The index of a
/// vector of 16 units is (panel·rows + row)·16 in a matrix of states, and ((panel·gates + gate)·rows + row)·16 in one
/// of gates.
///
/// - Padding units have pre-activations and states of zero. A cell must make h (and c) zero of them, and gradients zero
///   of zero: a regularised or wider layer would take them in otherwise. σ and tanh of zero times a state do; a cell
///   such as h = σ(a) must clear them.
/// - Only `load16`, `store16`, `addingProduct`, the four operations, `sigmoid` and `hyperbolicTangent` of `Elementary`
///   have the same bits on every CPU. `a.addingProduct(b, c)` is a + b·c rounded once; the compiler fuses nothing by
///   itself.
/// - `CellTests` compares a cell's `forward` with its formula in Float64, and `backward` with differences of `forward`.
public protocol Cell: SendableMetatype {
  /// Gates: each is a product as wide as the hidden state. At most four.
  static var gates: Int { get }
  /// Whether there is a second state beside h, as an LSTM's c.
  static var hasMemory: Bool { get }
  /// Whether W_hh·h + b_hh must be had apart from W_ih·x + b_ih, as a GRU's n needs it; else both are one sum.
  static var separatesStateGates: Bool { get }
  /// Makes h (and c) of a step from the pre-activations in `gates`, and leaves there what `backward` needs: the gates
  /// after σ and tanh, say. The matrices of a step are kept until `backward`, so h, c and the states before are at hand
  /// then as well.
  static func forward(_ step: CellStep)
  /// The chain rule through `forward`, of one step: is called from the last step to the first, with h's whole gradient.
  /// It overwrites `gates` with the gradients of the pre-activations W_ih·x + b_ih, and `stateGates`, where there are
  /// any, with those of W_hh·h + b_hh; from these the layer makes the gradients of weights, biases, x, and of h by way
  /// of W_hh. What goes past the products, to c or straight to the h before, is the cell's: see `CellGradients`.
  static func backward(_ step: CellStep, _ gradients: CellGradients)
}

/// The matrices of one step of a cell. P is the number of panels of 16 units.
@safe
public struct CellStep: Sendable {
  /// Number of rows, a stream each.
  public let rows: Int
  /// (rows, gates · P panels): W_ih·x + b_ih, and W_hh·h + b_hh added unless that is apart.
  public let gates: BufferView<Float>
  /// (rows, gates · P panels): W_hh·h + b_hh where it is apart; else empty.
  public let stateGates: BufferView<Float>
  /// (rows, P panels): h of the step before, and of this one.
  public let previousHidden, hidden: BufferView<Float>
  /// (rows, P panels): c of the step before, and of this one; empty where there is none.
  public let previousMemory, memory: BufferView<Float>

  /// Takes views of these shapes.
  public init(
    rows: Int, gates: BufferView<Float>, stateGates: BufferView<Float>, previousHidden: BufferView<Float>,
    hidden: BufferView<Float>,
    previousMemory: BufferView<Float>, memory: BufferView<Float>
  ) {
    self.rows = rows
    self.gates = gates
    self.stateGates = stateGates
    self.previousHidden = previousHidden
    self.hidden = hidden
    self.previousMemory = previousMemory
    self.memory = memory
  }
}

/// The gradients of one step of a cell, (rows, P panels) each.
@safe
public struct CellGradients: Sendable {
  /// Of h, whole: what comes from above and from the later step.
  public let hidden: BufferView<Float>
  /// Of c by the later step, overwritten with that of the step before; empty where there is no c.
  public let memory: BufferView<Float>
  /// Of the step before's h: what reaches it past the products is added here. The products are the layer's.
  public let previousHidden: BufferView<Float>

  /// Takes views of that shape.
  public init(hidden: BufferView<Float>, memory: BufferView<Float>, previousHidden: BufferView<Float>) {
    self.hidden = hidden
    self.memory = memory
    self.previousHidden = previousHidden
  }
}
