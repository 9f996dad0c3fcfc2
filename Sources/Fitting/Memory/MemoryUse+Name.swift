package import Memory

extension MemoryUse {
  /// What tables call it.
  package var name: String {
    switch self {
    case .parameters: "parameters"
    case .gradients: "gradients of subtree roots"
    case .messages: "exchanged sums and messages"
    case .optimizer: "optimizer"
    case .gradientSums: "gradients of lanes"
    case .weightCopies: "transposed and dropped weights"
    case .activations: "activations of a step"
    case .tokens: "tokens of its streams"
    case .stateCopy: "copy of the state to go back to"
    }
  }
}
