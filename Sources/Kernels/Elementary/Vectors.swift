// Polynomials of our own instead of libm's functions, whose last bits differ between libraries; and no estimate
// instructions, whose bits differ between CPUs.

/// eˣ, within 2 units in the last place; 0 below −87.3, +∞ above 88.7, NaN for NaN.
///
/// Cody and Waite's reduction x = n·ln 2 + r, |r| ≤ ½ ln 2, and the Taylor polynomial of degree 7 in r.
@inline(__always)
func exponential(_ x: SIMD16<Float>) -> SIMD16<Float> {
  let magic: Float = 12_582_912  // 1.5 · 2²³: adding it rounds to an integer in the low bits
  let clamped = x.replacing(with: 89, where: x .> 89).replacing(with: -87.33654, where: x .< -87.33654)
  let shifted = SIMD16(repeating: magic).addingProduct(clamped, SIMD16(repeating: 1.442_695_04))
  let n = shifted - magic
  var r = clamped.addingProduct(n, SIMD16(repeating: -0.693_359_375))
  r = r.addingProduct(n, SIMD16(repeating: 2.121_944_4e-4))
  var p = SIMD16<Float>(repeating: 1.984_126_98e-4)
  p = SIMD16(repeating: 1.388_888_89e-3).addingProduct(p, r)
  p = SIMD16(repeating: 8.333_333_33e-3).addingProduct(p, r)
  p = SIMD16(repeating: 4.166_666_67e-2).addingProduct(p, r)
  p = SIMD16(repeating: 1.666_666_67e-1).addingProduct(p, r)
  p = SIMD16(repeating: 0.5).addingProduct(p, r)
  p = SIMD16(repeating: 1).addingProduct(p, r)
  p = SIMD16(repeating: 1).addingProduct(p, r)
  // 2ⁿ in two factors, since n may be 128.
  let bits = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &- 0x4B40_0000
  let half = bits &>> 1
  let first = unsafeBitCast((half &+ 127) &<< 23, to: SIMD16<Float>.self)
  let second = unsafeBitCast((bits &- half &+ 127) &<< 23, to: SIMD16<Float>.self)
  let result = p * first * second
  return result.replacing(with: 0, where: x .< -87.33654)
}

/// ln x for finite normal x > 0, within 2 units in the last place; +∞ and NaN stay what they are.
///
/// x = 2ⁿ·m with m in [√½, √2); ln m = 2 atanh(s), s = (m − 1)/(m + 1), by its series up to s⁹.
@inline(__always)
func logarithm(_ x: SIMD16<Float>) -> SIMD16<Float> {
  let bits = unsafeBitCast(x, to: SIMD16<Int32>.self)
  let n = (bits &- 0x3F35_04F3) &>> 23
  let m = unsafeBitCast(bits &- (n &<< 23), to: SIMD16<Float>.self)
  let s = (m - 1) / (m + 1)
  let z = s * s
  var p = SIMD16<Float>(repeating: 2.0 / 9)
  p = SIMD16(repeating: 2.0 / 7).addingProduct(p, z)
  p = SIMD16(repeating: 2.0 / 5).addingProduct(p, z)
  p = SIMD16(repeating: 2.0 / 3).addingProduct(p, z)
  // n as Float without a conversion, which would be done one element at a time.
  let exponent = unsafeBitCast(n &+ 0x4B40_0000, to: SIMD16<Float>.self) - 12_582_912
  let small = s * z * p
  var result = (s * 2).addingProduct(exponent, SIMD16(repeating: -2.121_944_4e-4)) + small
  result = result.addingProduct(exponent, SIMD16(repeating: 0.693_359_375))
  return result.replacing(with: x, where: (x .< .infinity) .^ SIMDMask(repeating: true))
}

/// 1/√x for x ≥ 0 within 2 units in the last place; for 0 a large finite number, so that x·(1/√x) is 0.
///
/// An integer estimate and three Newton steps.
@inline(__always)
func reciprocalSquareRoot(_ x: SIMD16<Float>) -> SIMD16<Float> {
  let bits = unsafeBitCast(x, to: SIMD16<Int32>.self)
  var y = unsafeBitCast(SIMD16<Int32>(repeating: 0x5F37_59DF) &- (bits &>> 1), to: SIMD16<Float>.self)
  let minusHalf = x * -0.5
  for _ in 0..<3 {
    y = y * SIMD16(repeating: 1.5).addingProduct(minusHalf * y, y)
  }
  return y
}

/// The sum of the 16 elements by one fixed fold: halves, quarters, and so on.
@inline(__always)
func foldedSum(_ x: SIMD16<Float>) -> Float {
  let eight = x.lowHalf + x.highHalf
  let four = eight.lowHalf + eight.highHalf
  let two = four.lowHalf + four.highHalf
  return two.x + two.y
}

/// The larger of two vectors' elements; the second where they can't be compared.
@inline(__always)
func larger(_ a: SIMD16<Float>, _ b: SIMD16<Float>) -> SIMD16<Float> {
  b.replacing(with: a, where: a .> b)
}

/// The largest of the 16 elements.
@inline(__always)
func foldedMaximum(_ x: SIMD16<Float>) -> Float {
  let eight = x.highHalf.replacing(with: x.lowHalf, where: x.lowHalf .> x.highHalf)
  let four = eight.highHalf.replacing(with: eight.lowHalf, where: eight.lowHalf .> eight.highHalf)
  let two = four.highHalf.replacing(with: four.lowHalf, where: four.lowHalf .> four.highHalf)
  return two.x > two.y ? two.x : two.y
}
