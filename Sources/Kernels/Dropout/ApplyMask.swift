public import Memory

/// y = x ⊙ mask with the same mask at every step: x and y are `steps` matrices of the mask's shape, (rows, width), one
/// after the other; y is overwritten and may be x itself. The backward pass is the same, with gradients.
public func applyMask(_ mask: Panels, to x: BufferView<Float>, steps: Int, into y: BufferView<Float>) {
  let size = mask.elements.count
  precondition(x.count == steps * size && y.count == x.count, "activations of the wrong size")
  for step in 0..<steps {
    let (source, target) = (UnsafePointer(x.base + step * size), y.base + step * size)
    for place in stride(from: 0, to: size, by: 16) {
      store16(target + place, load16(source + place) * load16(UnsafePointer(mask.base + place)))
    }
  }
}
