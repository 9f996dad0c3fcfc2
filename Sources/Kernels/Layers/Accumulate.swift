public import Memory

/// sum += terms, element by element; both of whole vectors of 16.
public func accumulate(_ terms: BufferView<Float>, into sum: BufferView<Float>) {
  precondition(terms.count == sum.count && terms.count % 16 == 0, "rows of different length")
  for place in stride(from: 0, to: sum.count, by: 16) {
    store16(sum.base + place, load16(UnsafePointer(sum.base + place)) + load16(UnsafePointer(terms.base + place)))
  }
}

/// h = max(a, 0), where a NaN stays a NaN: both (rows, hidden), h overwritten.
public func rectify(_ a: Panels, into h: Panels) {
  precondition(a.elements.count == h.elements.count, "activations of different size")
  for place in stride(from: 0, to: h.elements.count, by: 16) {
    store16(h.base + place, OnePanel(load16(UnsafePointer(a.base + place))).rectified().values)
  }
}
