public import Memory

/// Adds the gradients of activation regularisation (AR) and temporal activation regularisation (TAR) to those of a
/// block's activations (Merity, McCann and Socher 2017):
///
///     dh_t += activation · h_t + temporal · ((h_t − h_{t−1}) − (h_{t+1} − h_t))
///
/// where differences to steps outside the block count as zero.
///
/// - h: `steps` matrices of one size, one after the other, in whole vectors of 16. dh: likewise, accumulated into.
/// - activation: 2α/N for α · mean(h²) over N elements, of all streams and steps.
/// - temporal: 2β/M for β · mean((h_t − h_{t−1})²) over M differences, of all streams; unused for a single step.
public func addActivationRegularisation(
  _ h: BufferView<Float>, steps: Int, activation: Float, temporal: Float, into dh: BufferView<Float>
) {
  precondition(steps > 0 && h.count % (steps * 16) == 0 && dh.count == h.count, "activations of the wrong size")
  let size = h.count / steps
  for step in 0..<steps {
    let (hasEarlier, hasLater) = (step > 0, step + 1 < steps)
    for place in stride(from: step * size, to: (step + 1) * size, by: 16) {
      let state = UnsafePointer(h.base + place)
      let value = load16(state)
      var difference = hasEarlier ? value - load16(state - size) : SIMD16(repeating: 0)
      if hasLater { difference -= load16(state + size) - value }
      let gradient = load16(UnsafePointer(dh.base + place)).addingProduct(value, SIMD16(repeating: activation))
      store16(dh.base + place, gradient.addingProduct(difference, SIMD16(repeating: temporal)))
    }
  }
}
