internal import Kernels

/// A trained tensor as a model declares it: PyTorch's name and shape, how it is kept, and what it starts from.
public struct ParameterDeclaration: Sendable, Equatable {
  /// How a tensor is kept in the arena.
  enum Kind: Sendable, Equatable {
    /// (rows, columns), row by row.
    case embedding
    /// (outputs, inputs), as panels (inputs, outputs).
    case weight
    /// (count)
    case vector
  }

  /// What the elements are before training.
  enum Initial: Sendable, Equatable {
    /// N(0, 1)
    case normal
    /// U(−bound, bound)
    case uniform(bound: Double)
    /// All alike.
    case constant(Float)
  }

  let name: String
  let shape: [Int]
  let kind: Kind
  let initial: Initial

  init(name: String, shape: [Int], kind: Kind, initial: Initial) {
    self.name = name
    self.shape = shape
    self.kind = kind
    self.initial = initial
  }

  /// Whether two layers share the tensor, so that its gradient is the ordered sum of two: what the one writes as that of any tensor,
  /// and what the other writes behind the parameters, in the same order of elements (`ModelContext.secondGradientOffset`).
  public var hasSecondGradient = false

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
}
