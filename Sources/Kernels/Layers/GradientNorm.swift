public import Memory

/// The sum of squares of whole vectors of 16, in Double: eight running sums, element i in sum i % 8, added up by
/// halves.
///
/// Bound by the latency of these additions, whose order is the result's.
public func squaredNorm(_ values: BufferView<Float>) -> Double {
  precondition(values.count % 16 == 0, "rows are whole vectors")
  var sums = SIMD8<Double>(repeating: 0)
  for place in stride(from: 0, to: values.count, by: 8) {
    var part = SIMD8<Double>(repeating: 0)
    for i in 0..<8 { part[i] = Double(values.base[place + i]) }
    sums = sums.addingProduct(part, part)
  }
  let fours = sums.lowHalf + sums.highHalf
  let twos = fours.lowHalf + fours.highHalf
  return twos.x + twos.y
}

/// Multiplies every element by `factor`; whole vectors of 16.
public func scale(_ values: BufferView<Float>, by factor: Float) {
  precondition(values.count % 16 == 0, "rows are whole vectors")
  for place in stride(from: 0, to: values.count, by: 16) {
    store16(values.base + place, load16(UnsafePointer(values.base + place)) * factor)
  }
}
