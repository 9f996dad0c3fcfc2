import Testing

@testable import Kernels

@Suite struct CycleChainTests {
  /// With an even seed the multiply-adds beside the chain come to zero.
  @Test(arguments: [UInt64(0), 2, 12_345_678]) func theChainIsWalked(seed: UInt64) {
    let result = chainedOperations(rounds: 100, seed: seed)
    #expect(result.operations == 1600)
    var x = seed
    for _ in 0..<800 { x = (x &+ (seed | 1)) ^ (seed &* 0x9E37_79B9_7F4A_7C15) }
    #expect(result.check == x)
  }
}
