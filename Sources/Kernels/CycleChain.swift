/// A chain of integer operations, each of which waits for the one before: `rounds` rounds of sixteen, additions and
/// exclusive ors in turn. Both take one cycle on the CPUs that there are, so operations by time are the core's
/// frequency. Beside the chain the core does multiply-adds, which it has time for, so that it is the frequency under
/// their load.
///
/// Returns the operations of the chain, which are its cycles, and a number that depends on all that was done.
@inline(never)
public func chainedOperations(rounds: Int, seed: UInt64) -> (operations: Double, check: UInt64) {
  // Two numbers that the compiler doesn't know: it can't draw operations together.
  let a = seed | 1
  let b = seed &* 0x9E37_79B9_7F4A_7C15
  var x = seed
  #if BUILT_FOR_AVX512 || BUILT_FOR_AVX2 || arch(arm64)
    let (p, q) = (PeakVector(repeating: Float(seed & 1)), PeakVector(repeating: 0.5))
    var c = p, d = p, e = p, f = p, g = p
  #endif
  for _ in 0..<rounds {
    x = (x &+ a) ^ b; x = (x &+ a) ^ b; x = (x &+ a) ^ b; x = (x &+ a) ^ b
    x = (x &+ a) ^ b; x = (x &+ a) ^ b; x = (x &+ a) ^ b; x = (x &+ a) ^ b
    #if BUILT_FOR_AVX512 || BUILT_FOR_AVX2 || arch(arm64)
      c = p.addingProduct(c, q); d = p.addingProduct(d, q); e = p.addingProduct(e, q)
      f = p.addingProduct(f, q); g = p.addingProduct(g, q)
    #endif
  }
  #if BUILT_FOR_AVX512 || BUILT_FOR_AVX2 || arch(arm64)
    // At most 20, so the sum is no infinity.
    x ^= UInt64(((c + d) + (e + f) + g).sum().magnitude)
  #endif
  return (Double(rounds * 16), x)
}
