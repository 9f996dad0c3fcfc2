internal import Kernels

/// A trained tensor as a model declares it: PyTorch's name and shape, how it is kept, and what it starts from.
public struct ParameterDeclaration: Sendable, Equatable {
  /// How a tensor is kept in the arena.
  enum Kind: Sendable, Equatable {
    /// (rows, columns), row by row.
    case embedding
    /// (outputs, inputs), as panels (inputs, outputs).
    case weight
    /// (gates · hidden, inputs), as panels (inputs, gate columns): see `gateColumn`.
    case gateWeight(gates: Int)
    /// (rows, columns), as panels: an embedding that is an output layer's weight as well.
    case sharedEmbedding
    /// (count)
    case vector
    /// (gates · hidden), a number for each gate column.
    case gateVector(gates: Int)

    /// Whether it is one of the vectors, which lie after all matrices.
    var isVector: Bool {
      switch self {
      case .vector, .gateVector: true
      case .embedding, .weight, .gateWeight, .sharedEmbedding: false
      }
    }
  }

  /// What the elements are before training.
  enum Initial: Sendable, Equatable {
    /// N(0, 1)
    case normal
    /// U(−bound, bound)
    case uniform(bound: Double)
    /// The same with a row of zeros.
    case uniformRows(bound: Double, zeroRow: Int)
    /// All alike.
    case constant(Float)
  }

  /// The id of `xxpad`, whose row of an embedding some models keep at zero.
  static let paddingToken = 1

  let name: String
  let shape: [Int]
  let kind: Kind
  let initial: Initial

  /// Number of elements.
  var count: Int { shape.reduce(1, *) }

  /// `name.weight` of `torch.nn.Embedding`: (rows, columns) ~ N(0, 1).
  public static func embedding(_ name: String, rows: Int, columns: Int) -> [ParameterDeclaration] {
    [ParameterDeclaration(name: "\(name).weight", shape: [rows, columns], kind: .embedding, initial: .normal)]
  }

  /// `name.weight` (outputs, inputs) and `name.bias` (outputs) of `torch.nn.Linear`: both ~ U(±1/√inputs).
  public static func linear(_ name: String, inputs: Int, outputs: Int) -> [ParameterDeclaration] {
    let initial = Initial.uniform(bound: 1 / Double(inputs).squareRoot())
    return [
      ParameterDeclaration(name: "\(name).weight", shape: [outputs, inputs], kind: .weight, initial: initial),
      ParameterDeclaration(name: "\(name).bias", shape: [outputs], kind: .vector, initial: initial),
    ]
  }

  /// `name.weight` and `name.bias` (channels) of `torch.nn.BatchNorm1d`: 1 and 0.
  public static func batchNorm(_ name: String, channels: Int) -> [ParameterDeclaration] {
    [
      ParameterDeclaration(name: "\(name).weight", shape: [channels], kind: .vector, initial: .constant(1)),
      ParameterDeclaration(name: "\(name).bias", shape: [channels], kind: .vector, initial: .constant(0)),
    ]
  }

  /// `name.weight` of an embedding U(±0.1) whose row of `xxpad` is zero, as fastai's AWD_LSTM has it.
  ///
  /// - isShared: whether it is the output layer's weight as well.
  static func uniformEmbedding(
    _ name: String, rows: Int, columns: Int, isShared: Bool
  ) -> [ParameterDeclaration] {
    [
      ParameterDeclaration(
        name: "\(name).weight", shape: [rows, columns], kind: isShared ? .sharedEmbedding : .embedding,
        initial: .uniformRows(bound: 0.1, zeroRow: ParameterDeclaration.paddingToken))
    ]
  }

  /// `name.weight` (rows, columns) ~ N(0, 1) of an embedding that is the output layer's weight as well.
  static func sharedEmbedding(_ name: String, rows: Int, columns: Int) -> [ParameterDeclaration] {
    [ParameterDeclaration(name: "\(name).weight", shape: [rows, columns], kind: .sharedEmbedding, initial: .normal)]
  }

  /// `name.bias` (count), all zero.
  static func zeroBias(_ name: String, count: Int) -> [ParameterDeclaration] {
    [ParameterDeclaration(name: "\(name).bias", shape: [count], kind: .vector, initial: .constant(0))]
  }

  /// `name.weight` (outputs, inputs) ~ U(±0.1) without bias.
  static func uniformWeight(_ name: String, inputs: Int, outputs: Int) -> [ParameterDeclaration] {
    [
      ParameterDeclaration(
        name: "\(name).weight", shape: [outputs, inputs], kind: .weight, initial: .uniform(bound: 0.1))
    ]
  }

  /// The four tensors of one layer of `torch.nn.RNN`, `GRU` or `LSTM` under `name`: all ~ U(±1/√hidden).
  public static func cell(_ name: String, gates: Int, inputs: Int, hidden: Int) -> [ParameterDeclaration] {
    let initial = Initial.uniform(bound: 1 / Double(hidden).squareRoot())
    func weight(_ part: String, _ inputs: Int) -> ParameterDeclaration {
      ParameterDeclaration(
        name: "\(name).weight_\(part)_l0", shape: [gates * hidden, inputs], kind: .gateWeight(gates: gates),
        initial: initial)
    }
    func bias(_ part: String) -> ParameterDeclaration {
      ParameterDeclaration(
        name: "\(name).bias_\(part)_l0", shape: [gates * hidden], kind: .gateVector(gates: gates), initial: initial)
    }
    return [weight("ih", inputs), weight("hh", hidden), bias("ih"), bias("hh")]
  }
}
