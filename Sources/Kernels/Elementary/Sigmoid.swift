// The gated cells' functions: the polynomial of `exponentialOfNegative` and one division each.

/// σ(x) = 1/(1 + e⁻ˣ) within 2.5 units in the last place; 0 below −87.7, 1 at ∞, NaN for NaN.
///
/// Of e^−|x|, which can't overflow: 1/(1 + e) for x ≥ 0 and e/(1 + e) below, so that small results have all their digits.
@inline(__always)
func sigmoid(_ x: SIMD16<Float>) -> SIMD16<Float> {
  // At 88 the power is 2⁻¹²⁷, which its bits make a 0.
  let (power, q) = powerAndRest(ofMinus: smaller(SIMD16(repeating: 88), magnitude(x)))
  let e = power.addingProduct(q, power)
  return SIMD16(repeating: 1).replacing(with: e, where: x .< 0) / (e + 1)
}

/// tanh x within 2.6 units in the last place, near 0 too; ±1 from |x| = 9.02 on, ±0 for ±0, NaN for NaN.
///
/// −m/(2 + m) with m = e^−2|x| − 1, which is close to −2|x| near 0 and loses nothing to the 1 there, and x's sign.
@inline(__always)
func hyperbolicTangent(_ x: SIMD16<Float>) -> SIMD16<Float> {
  let (power, q) = powerAndRest(ofMinus: smaller(SIMD16(repeating: 32), magnitude(x) * 2))
  let m = (power - 1).addingProduct(q, power)
  let result = m / (SIMD16(repeating: -2) - m)
  return unsafeBitCast(bits(magnitude(result)) | (bits(x) & SIMD16(repeating: .min)), to: SIMD16<Float>.self)
}

/// e⁻ˣ = power·(1 + rest) for 0 ≤ x ≤ 88: power is 2ⁿ (0 for n = −127), and rest, within one unit in the last place, small near 0.
@inline(__always)
private func powerAndRest(ofMinus x: SIMD16<Float>) -> (power: SIMD16<Float>, rest: SIMD16<Float>) {
  let magic: Float = 12_582_912  // 1.5 · 2²³: adding it rounds to an integer in the low bits
  let shifted = SIMD16(repeating: magic).addingProduct(x, SIMD16(repeating: -1.442_695_04))
  let n = shifted - magic
  var r = (-x).addingProduct(n, SIMD16(repeating: -0.693_359_375))
  r = r.addingProduct(n, SIMD16(repeating: 2.121_944_4e-4))
  let square = r * r
  let second = SIMD16(repeating: 0.499_999_92).addingProduct(r, SIMD16(repeating: 0.166_664_2))
  var third = SIMD16(repeating: 0.041_668_23).addingProduct(r, SIMD16(repeating: 0.008_374_857))
  third = third.addingProduct(square, SIMD16(repeating: 0.001_383_679_4))
  // n lies in the low bits of `shifted`; 127 is the exponent's bias.
  let power = unsafeBitCast((bits(shifted) &<< 23) &+ 0x3F80_0000, to: SIMD16<Float>.self)
  return (power, r.addingProduct(square, second.addingProduct(square, third)))
}

@inline(__always)
private func magnitude(_ x: SIMD16<Float>) -> SIMD16<Float> {
  unsafeBitCast(bits(x) & SIMD16(repeating: .max), to: SIMD16<Float>.self)
}

/// The smaller of two vectors' elements; the second where they can't be compared.
@inline(__always)
private func smaller(_ a: SIMD16<Float>, _ b: SIMD16<Float>) -> SIMD16<Float> { b.replacing(with: a, where: a .< b) }

@inline(__always)
private func bits(_ x: SIMD16<Float>) -> SIMD16<Int32> { unsafeBitCast(x, to: SIMD16<Int32>.self) }
