// Dropout of the hidden-to-hidden weights of a cell (DropConnect; Merity, Keskar and Socher 2018). The matrix is (inputs, gates·P
// panels), laid out as GateLayout.swift says. Unit u's weight for input k in gate g, PyTorch's element (g·hidden + u, k), takes word
// g of the block u in row k: sixteen blocks are all gates of sixteen units. At most four gates.
//
// `units` are the panels of units that a call does, all without it: so several workers share a matrix.

extension DropoutMask {
  /// Fills `mask` with 1 where a weight is kept and 0 elsewhere, padding included.
  public func fillKept(_ mask: Panels, gates: Int, hidden: Int, units: Range<Int>? = nil) {
    precondition(mask.columns == gateColumns(gates: gates, hidden: hidden), "mask of another shape")
    let one = SIMD16<Float>(repeating: 1)
    forEachWeight(of: mask, gates: gates, units: units) { place, unit, words in
      store16(mask.base + place, without(tail: hidden &- unit, kept(one, words)))
    }
  }

  /// w/(1 − p) where a weight is kept, 0 elsewhere: both of one shape, `result` overwritten. Padding stays zero.
  public func drop(_ w: Panels, gates: Int, units: Range<Int>? = nil, into result: Panels) {
    precondition(w.rows == result.rows && w.columns == result.columns, "weights of another shape")
    let value = SIMD16<Float>(repeating: factor)
    forEachWeight(of: w, gates: gates, units: units) { place, _, words in
      store16(result.base + place, kept(load16(UnsafePointer(w.base + place)) * value, words))
    }
  }

  /// Sets the gradients of the weights that were dropped to 0, in place; the others keep their bits. What is left to do for the
  /// gradient of w is to multiply by `factor`, wherever in a sum that is to happen.
  public func dropGradient(_ d: Panels, gates: Int, units: Range<Int>? = nil) {
    forEachWeight(of: d, gates: gates, units: units) { place, _, words in
      store16(d.base + place, kept(load16(UnsafePointer(d.base + place)), words))
    }
  }

  /// Calls `body` for each sixteen weights, with their place in the matrix, their first unit and their words.
  @inline(__always)
  private func forEachWeight(
    of matrix: Panels, gates: Int, units: Range<Int>?, _ body: (Int, Int, SIMD16<UInt32>) -> Void
  ) {
    precondition(gates >= 1 && gates <= 4 && matrix.columns % (gates * 16) == 0, "not a matrix of so many gates")
    let units = units ?? 0..<(matrix.panels / gates)
    precondition(units.lowerBound >= 0 && units.upperBound <= matrix.panels / gates, "units beyond the last")
    let stride = matrix.panelStride
    for panel in units {
      let unit = panel &* 16
      for row in 0..<matrix.rows {
        let words = words(first: unit, row: row)
        let place = panel &* gates &* stride &+ row &* 16
        body(place, unit, words.0)
        if gates > 1 { body(place &+ stride, unit, words.1) }
        if gates > 2 { body(place &+ 2 &* stride, unit, words.2) }
        if gates > 3 { body(place &+ 3 &* stride, unit, words.3) }
      }
    }
  }
}
