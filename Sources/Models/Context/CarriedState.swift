public import Kernels

/// A state that each stream carries from step to step, such as a layer's hidden state: part of what digests and checkpoints hold.
@safe
public struct CarriedState: Sendable {
  /// Its tensor's name in files, once in a model: "rnns.0.hidden".
  public let name: String
  /// (worker's streams, width)
  public let values: Panels

  /// Takes the matrix, which belongs to the model.
  public init(_ name: String, _ values: Panels) {
    self.name = name
    self.values = values
  }
}
