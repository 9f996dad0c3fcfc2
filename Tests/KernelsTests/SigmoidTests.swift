import Foundation
import Testing

@testable import Kernels

/// σ and tanh over all floats: one in 127 of all bit patterns, in order of their bits, beside Float64's.
@Suite struct SigmoidTests {
  /// The largest error in units in the last place of the exact result, where that is a normal number, and in 2⁻¹⁴⁹
  /// below.
  private func largestError(
    _ function: (SIMD16<Float>) -> SIMD16<Float>, _ exact: (Double) -> Double
  ) -> (units: Double, at: Float) {
    var worst = (units: 0.0, at: Float(0))
    var pattern: UInt64 = 0
    while pattern < 1 << 32 {
      var x = SIMD16<Float>(repeating: 0)
      for i in 0..<16 { x[i] = Float(bitPattern: UInt32(truncatingIfNeeded: pattern &+ UInt64(i) &* 127)) }
      let found = function(x)
      for i in 0..<16 {
        if x[i].isNaN {
          if !found[i].isNaN { return (.infinity, x[i]) }
          continue
        }
        let expected = exact(Double(x[i]))
        // Results below the normal numbers may be 0.
        if expected.magnitude < 0x1p-126 && found[i] == 0 { continue }
        let unit = Double(Float(expected).ulp)
        let error = (Double(found[i]) - expected).magnitude / unit
        if !(error <= worst.units) { worst = (error, x[i]) }
      }
      pattern += 16 * 127
    }
    return worst
  }

  @Test func sigmoidIsAccurateEverywhere() {
    let worst = largestError(sigmoid) { 1 / (1 + exp(-$0)) }
    #expect(worst.units < 2.5, "at \(worst.at)")
  }

  @Test func hyperbolicTangentIsAccurateEverywhere() {
    let worst = largestError(hyperbolicTangent) { tanh($0) }
    #expect(worst.units < 2.6, "at \(worst.at)")
  }

  @Test func limits() {
    let x = SIMD16<Float>(
      .infinity, -.infinity, .nan, 0, -0.0, -87, -88, -89, 89, -1000, 1000, 9.02, -9.02, 0x1p-140, -0x1p-140,
      3e38)
    let (s, t) = (sigmoid(x), hyperbolicTangent(x))
    #expect(s[0] == 1 && s[1] == 0 && s[2].isNaN && s[3] == 0.5 && s[4] == 0.5)
    #expect(s[5] > 0 && s[6] == 0 && s[7] == 0 && s[8] == 1 && s[9] == 0 && s[10] == 1 && s[15] == 1)
    #expect(t[0] == 1 && t[1] == -1 && t[2].isNaN)
    #expect(t[3].bitPattern == 0 && t[4].bitPattern == (-Float(0)).bitPattern)
    #expect(t[8] == 1 && t[9] == -1 && t[11] == 1 && t[12] == -1 && t[13] == x[13] && t[14] == x[14])
  }
}
