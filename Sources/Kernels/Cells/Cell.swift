public import Memory

/// The pointwise part of a recurrent cell: what is done with the pre-activations of its gates, forward and backward
/// side by side.
///
/// The products around it, W_ih·x and W_hh·h with their biases and gradients, are a layer's work (`CellLayer` in
/// Models), the same for every cell. A cell of one's own is one file that conforms to this, and one line in the
/// registry of models. It works on the rows of one step, in panels as GateLayout.swift lays them out; what it does with
/// a row must not depend on the others.
public protocol Cell: SendableMetatype {
  /// Gates: each is a product as wide as the hidden state. At most four.
  static var gates: Int { get }
  /// Whether there is a second state beside h, as an LSTM's c.
  static var hasMemory: Bool { get }
  /// Whether W_hh·h + b_hh must be had apart from W_ih·x + b_ih, as a GRU's n needs it; else both are one sum.
  static var separatesStateGates: Bool { get }
  /// Writes h (and c) of a step, and leaves in `gates` what `backward` needs.
  static func forward(_ step: CellStep)
  /// Takes back what `forward` did: overwrites `gates` (and `stateGates`) with the gradients of the pre-activations.
  /// See `CellGradients`.
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
