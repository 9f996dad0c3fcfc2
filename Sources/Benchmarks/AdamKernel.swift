internal import Kernels
internal import Memory
internal import Models

/// Adam's update of so many parameters, whole units of them, on one worker.
func adamRow(_ parameters: Int) -> KernelRow {
  let unit = ParameterLayout.unit
  let count = (parameters + unit - 1) / unit * unit
  let storage = Storage()
  func vector(_ value: Float) -> BufferView<Float> {
    let view: BufferView<Float> = storage.take(count)
    view.fill(value)
    return view
  }
  let (values, first, second, root) = (vector(0.1), vector(0.01), vector(0.0001), vector(0.01))
  let scratch: BufferView<Float> = storage.take(unit)
  let stack: BufferView<Float> = storage.take(reductionScratch)
  let step = AdamStep(step: 1000, learningRate: 1e-9, momentum: 0.9, weightDecay: 0)
  // With its square root (14) and the look for infinities (2). It reads four vectors and writes three.
  return timeKernel("Adam", "\(count)", operations: 29 * Double(count), elements: 7 * count) {
    _ = adam(
      step, roots: root, rootStride: count, schedule: ReductionSchedule(additions: [0]), parameters: values,
      first: first, second: second, gradient: scratch, stack: stack)
  }
}
