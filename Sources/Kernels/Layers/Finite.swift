public import Memory

/// Whether every element is finite. One pass at the speed of memory.
public func isFinite(_ values: BufferView<Float>) -> Bool {
  let whole = values.count / 16 * 16
  // Zero unless an element isn't finite.
  var check = SIMD16<Float>(repeating: 0)
  for place in stride(from: 0, to: whole, by: 16) {
    let part = load16(UnsafePointer(values.base + place))
    check += part - part
  }
  return check.sum().isFinite && (whole..<values.count).allSatisfy { values.base[$0].isFinite }
}
