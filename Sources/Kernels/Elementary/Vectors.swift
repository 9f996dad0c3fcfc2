// Polynomials of our own instead of libm's functions, whose last bits differ between libraries; and no estimate
// instructions, whose bits differ between CPUs.

/// eˣ for x ≤ 0, within 2 units in the last place; 0 below −87.3, NaN for NaN.
///
/// Cody and Waite's reduction x = n·ln 2 + r, |r| ≤ ½ ln 2, and the polynomial of degree 6 in r with the least relative
/// error (2e-9, found by Remez's exchange), in three parts that don't wait for each other.
@inline(__always)
func exponentialOfNegative(_ x: SIMD16<Float>) -> SIMD16<Float> {
  let magic: Float = 12_582_912  // 1.5 · 2²³: adding it rounds to an integer in the low bits
  let lowest: Float = -87.33654
  let shifted = SIMD16(repeating: magic).addingProduct(x, SIMD16(repeating: 1.442_695_04))
  let n = shifted - magic
  var r = x.addingProduct(n, SIMD16(repeating: -0.693_359_375))
  r = r.addingProduct(n, SIMD16(repeating: 2.121_944_4e-4))
  let square = r * r
  let first = SIMD16(repeating: 1).addingProduct(r, SIMD16(repeating: 1))
  let second = SIMD16(repeating: 0.499_999_92).addingProduct(r, SIMD16(repeating: 0.166_664_2))
  var third = SIMD16(repeating: 0.041_668_23).addingProduct(r, SIMD16(repeating: 0.008_374_857))
  third = third.addingProduct(square, SIMD16(repeating: 0.001_383_679_4))
  let p = first.addingProduct(square, second.addingProduct(square, third))
  // n lies in the low bits of `shifted`, and −126 ≤ n ≤ 0 where x isn't below `lowest`: 2ⁿ·p by adding n to p's
  // exponent.
  let exponent = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &<< 23
  let result = unsafeBitCast(unsafeBitCast(p, to: SIMD16<Int32>.self) &+ exponent, to: SIMD16<Float>.self)
  return result.replacing(with: 0, where: x .<= lowest)
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

/// The larger of two vectors' elements; the second where they can't be compared.
@inline(__always)
func larger(_ a: SIMD16<Float>, _ b: SIMD16<Float>) -> SIMD16<Float> { b.replacing(with: a, where: a .> b) }

/// The larger of two vectors' elements; the second where they can't be compared.
@inline(__always)
func larger(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> { b.replacing(with: a, where: a .> b) }
