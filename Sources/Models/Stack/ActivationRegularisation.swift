internal import Kernels
internal import Memory

/// The gradients of α · mean(h²) and β · mean((h_t − h_{t−1})²) of the last layer's output, before output dropout
/// (Merity, McCann and Socher 2017): AR over all elements of a step, TAR over the differences inside it.
struct ActivationRegularisation {
  private let activation, temporal: Float

  /// Nil where both are 0.
  init?(_ description: ModelDescription, batchSize: Int, steps: Int) {
    guard description.activationRegularisation != 0 || description.temporalRegularisation != 0 else { return nil }
    let elements = Double(batchSize * description.outputWidth)
    activation = Float(2 * description.activationRegularisation / (elements * Double(steps)))
    temporal = steps > 1 ? Float(2 * description.temporalRegularisation / (elements * Double(steps - 1))) : 0
  }

  /// Adds them to the gradient of h (steps, block's streams, width).
  func addGradient(_ h: BufferView<Float>, steps: Int, into gradient: BufferView<Float>) {
    addActivationRegularisation(h, steps: steps, activation: activation, temporal: temporal, into: gradient)
  }
}
