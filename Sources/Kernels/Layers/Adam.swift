public import Memory

/// One step's settings of Adam with decoupled weight decay, in the arithmetic of `torch.optim.Adam`.
public struct AdamStep: Sendable {
  let decay: Float
  let momentum: Float
  let stepSize: Float
  let inverseRoot: Float
  let squareMomentum: Float

  /// - step: counted from 1; momentum: this step's, from which the bias correction 1 − momentumⁿ is taken as torch
  ///   does.
  public init(step: Int, learningRate: Double, momentum: Double, weightDecay: Double) {
    decay = Float(1 - weightDecay * learningRate)
    self.momentum = Float(1 - momentum)
    squareMomentum = 0.99
    let n = Double(step)
    stepSize = Float(-learningRate / (1 - exponential(n * logarithm(momentum))))
    inverseRoot = Float(1 / (1 - exponential(n * logarithm(0.99))).squareRoot())
  }
}

@inline(__always)
private func updateBlock(
  _ step: AdamStep, gradient: UnsafePointer<Float>, parameters: UnsafeMutablePointer<Float>,
  first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>, count: Int,
  check: inout SIMD16<Float>
) {
  for place in stride(from: 0, to: count, by: 16) {
    let g = load16(gradient + place)
    var m = load16(UnsafePointer(first + place))
    var v = load16(UnsafePointer(second + place))
    m = m.addingProduct(g - m, SIMD16(repeating: step.momentum))
    v = (v * step.squareMomentum).addingProduct(g * g, SIMD16(repeating: 1 - step.squareMomentum))
    let root = v * reciprocalSquareRoot(v)
    let p = load16(UnsafePointer(parameters + place)) * step.decay
    let update = m / SIMD16<Float>(repeating: 1e-8).addingProduct(root, SIMD16(repeating: step.inverseRoot))
    store16(first + place, m)
    store16(second + place, v)
    let updated = p.addingProduct(update, SIMD16(repeating: step.stepSize))
    store16(parameters + place, updated)
    // Zero unless it isn't finite; without a product, since those are what this loop waits for.
    check += updated - updated
  }
}

/// Finishes the canonical sum of a slice's gradient, then updates parameters and moments of the slice.
///
/// - roots: root i's part of the slice starts at `i·rootStride`.
/// - parameters, first, second: (slice), whole blocks of 256; gradient: 256 elements of scratch; stack:
///   `reductionScratch` · depth.
///
/// Returns whether every updated parameter is finite, which it isn't where gradient or moments aren't. Bound by its 18
/// operations and the division for each vector: 22 cycles on Zen 4.
public func adam(
  _ step: AdamStep, roots: BufferView<Float>, rootStride: Int, schedule: ReductionSchedule,
  parameters: BufferView<Float>,
  first: BufferView<Float>, second: BufferView<Float>, gradient: BufferView<Float>, stack: BufferView<Float>
) -> Bool {
  precondition(first.count == parameters.count && second.count == parameters.count, "moments of another size")
  precondition(parameters.count % 256 == 0 && gradient.count >= 256, "slices are whole blocks of 256")
  precondition(roots.count >= (schedule.additions.count - 1) * rootStride + parameters.count, "a slice for each root")
  var check = SIMD16<Float>(repeating: 0)
  for block in Swift.stride(from: 0, to: parameters.count, by: 256) {
    var sum = UnsafePointer(roots.base + block)
    if schedule.additions.count > 1 {
      reduceRows(
        roots[block..<((schedule.additions.count - 1) * rootStride + block + 256)], stride: rootStride, count: 256,
        schedule: schedule, into: gradient[0..<256], rootStride: 256, scratch: stack)
      sum = UnsafePointer(gradient.base)
    }
    updateBlock(
      step, gradient: sum, parameters: parameters.base + block, first: first.base + block,
      second: second.base + block, count: 256, check: &check)
  }
  return check.sum().isFinite
}
