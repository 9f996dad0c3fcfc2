// A whole vector register of the machine that is built for.
#if BUILT_FOR_AVX512
  typealias PeakVector = SIMD16<Float>
#else
  typealias PeakVector = SIMD8<Float>
#endif

/// Bytes of the vectors that `fusedMultiplyAdds` multiplies and adds.
public let multiplyAddBytes = MemoryLayout<PeakVector>.size

/// Fused multiply-adds of one core at its best: ten chains of whole vector registers, `rounds` rounds.
///
/// Returns the floating-point operations done (two for each multiply-add) and a number that depends on all of them, so
/// that the compiler can't leave the work out.
@inline(never)
public func fusedMultiplyAdds(rounds: Int, seed: Float) -> (operations: Double, check: Float) {
  let x = PeakVector(repeating: seed)
  let y = PeakVector(repeating: 0.5)
  var a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x
  for _ in 0..<rounds {
    a = x.addingProduct(a, y); b = x.addingProduct(b, y); c = x.addingProduct(c, y); d = x.addingProduct(d, y)
    e = x.addingProduct(e, y); f = x.addingProduct(f, y); g = x.addingProduct(g, y); h = x.addingProduct(h, y)
    i = x.addingProduct(i, y); j = x.addingProduct(j, y)
  }
  let sum = ((a + b) + (c + d)) + ((e + f) + (g + h)) + (i + j)
  return (Double(rounds * 10 * PeakVector.scalarCount * 2), sum.sum())
}
