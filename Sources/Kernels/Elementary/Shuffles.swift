// Moves between rows and columns of 8 × 8 elements, in the forms that the compiler turns into one instruction each. The
// usual ones, element by element from vectors just loaded, become loads of single elements instead.

/// Elements 0, 1 and 4, 5 of each vector: a₀a₁b₀b₁ a₄a₅b₄b₅.
@inline(__always)
private func firstPairs(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
  let x = unsafeBitCast(a, to: SIMD4<Double>.self)
  let y = unsafeBitCast(b, to: SIMD4<Double>.self)
  return unsafeBitCast(SIMD4(x[0], y[0], x[2], y[2]), to: SIMD8<Float>.self)
}

/// Elements 2, 3 and 6, 7 of each vector: a₂a₃b₂b₃ a₆a₇b₆b₇.
@inline(__always)
private func secondPairs(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
  let x = unsafeBitCast(a, to: SIMD4<Double>.self)
  let y = unsafeBitCast(b, to: SIMD4<Double>.self)
  return unsafeBitCast(SIMD4(x[1], y[1], x[3], y[3]), to: SIMD8<Float>.self)
}

/// a₀a₂b₀b₂ a₄a₆b₄b₆
@inline(__always)
private func evens(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
  SIMD8(a[0], a[2], b[0], b[2], a[4], a[6], b[4], b[6])
}

/// a₁a₃b₁b₃ a₅a₇b₅b₇
@inline(__always)
private func odds(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
  SIMD8(a[1], a[3], b[1], b[3], a[5], a[7], b[5], b[7])
}

/// Element r is row r of `rows` (16 rows of 16, one after the other) added up by halves, as every sum inside a row is:
/// 16 elements to eight, four, two, one; `combine` is the sum or the larger of two vectors.
///
/// A zip tree: each level works on the halves of two rows at once, so that 16 rows cost 46 operations and not 64 with
/// their waits.
@inline(__always)
func reduceSixteenRows(
  _ rows: UnsafePointer<Float>, _ combine: (SIMD8<Float>, SIMD8<Float>) -> SIMD8<Float>
) -> SIMD16<Float> {
  SIMD16(lowHalf: reduceEightRows(rows, combine), highHalf: reduceEightRows(rows + 128, combine))
}

@inline(__always)
private func reduceEightRows(
  _ rows: UnsafePointer<Float>, _ combine: (SIMD8<Float>, SIMD8<Float>) -> SIMD8<Float>
) -> SIMD8<Float> {
  /// Rows row and row + 4, four elements each.
  @inline(__always) func fours(_ row: Int) -> SIMD8<Float> {
    let x = combine(load8(rows + row * 16), load8(rows + row * 16 + 8))
    let y = combine(load8(rows + row * 16 + 64), load8(rows + row * 16 + 72))
    return combine(firstFours(x, y), secondFours(x, y))
  }
  /// Rows row, row + 1, row + 4 and row + 5, two elements each.
  @inline(__always) func twos(_ row: Int) -> SIMD8<Float> {
    let x = fours(row)
    let y = fours(row + 1)
    return combine(firstPairs(x, y), secondPairs(x, y))
  }
  let x = twos(0)
  let y = twos(2)
  return combine(evens(x, y), odds(x, y))
}

/// Elements 0 to 3 of each vector: a₀a₁a₂a₃ b₀b₁b₂b₃.
@inline(__always)
private func firstFours(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
  let x = unsafeBitCast(a, to: SIMD4<Double>.self)
  let y = unsafeBitCast(b, to: SIMD4<Double>.self)
  return unsafeBitCast(SIMD4(lowHalf: x.lowHalf, highHalf: y.lowHalf), to: SIMD8<Float>.self)
}

/// Elements 4 to 7 of each vector: a₄a₅a₆a₇ b₄b₅b₆b₇.
@inline(__always)
private func secondFours(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
  let x = unsafeBitCast(a, to: SIMD4<Double>.self)
  let y = unsafeBitCast(b, to: SIMD4<Double>.self)
  return unsafeBitCast(SIMD4(lowHalf: x.highHalf, highHalf: y.highHalf), to: SIMD8<Float>.self)
}

/// The transpose of 8 × 8 elements: source rows `sourceStride` apart, target rows `targetStride` apart, overwritten.
@inline(__always)
func transposeEight(
  _ source: UnsafePointer<Float>, _ sourceStride: Int, into target: UnsafeMutablePointer<Float>, _ targetStride: Int
) {
  /// Columns column ..< column + 4 of all rows, from four of their elements in rows r and r + 4.
  @inline(__always) func fourColumns(
    _ column: Int, _ r0: SIMD8<Float>, _ r1: SIMD8<Float>, _ r2: SIMD8<Float>, _ r3: SIMD8<Float>
  ) {
    let first = (firstPairs(r0, r1), firstPairs(r2, r3))
    let second = (secondPairs(r0, r1), secondPairs(r2, r3))
    store8(target + column * targetStride, evens(first.0, first.1))
    store8(target + (column + 1) * targetStride, odds(first.0, first.1))
    store8(target + (column + 2) * targetStride, evens(second.0, second.1))
    store8(target + (column + 3) * targetStride, odds(second.0, second.1))
  }
  @inline(__always) func low(_ row: Int) -> SIMD8<Float> {
    SIMD8(
      lowHalf: load8(source + row * sourceStride).lowHalf, highHalf: load8(source + (row + 4) * sourceStride).lowHalf)
  }
  @inline(__always) func high(_ row: Int) -> SIMD8<Float> {
    SIMD8(
      lowHalf: load8(source + row * sourceStride).highHalf, highHalf: load8(source + (row + 4) * sourceStride).highHalf)
  }
  fourColumns(0, low(0), low(1), low(2), low(3))
  fourColumns(4, high(0), high(1), high(2), high(3))
}
