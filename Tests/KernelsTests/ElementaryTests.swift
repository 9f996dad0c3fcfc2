import Testing

@testable import Kernels
@testable import Memory

@Suite struct ElementaryTests {
  @Test func exponentialAndLogarithmAreAccurate() {
    for index in 0..<4000 {
      let x = Float(index) * -0.0218
      let ours = Double(exponentialOfNegative(SIMD16<Float>(repeating: x))[3])
      #expect(abs(ours / exponential(Double(x)) - 1) < 3e-7)
      let y = Float(index + 1) * 0.37
      #expect(
        abs(Double(logarithm(SIMD16<Float>(repeating: y))[5]) - logarithm(Double(y))) < 3e-7
          * max(1, abs(logarithm(Double(y)))))
    }
    #expect(exponentialOfNegative(SIMD16<Float>(repeating: .nan))[0].isNaN)
    #expect(exponentialOfNegative(SIMD16<Float>(repeating: -.infinity))[0] == 0)
    #expect(logarithm(SIMD16<Float>(repeating: .infinity))[0] == .infinity)
  }

  @Test func doublesHaveNoBounds() {
    #expect([-1e300, -.infinity, -1000].map { exponential($0) } == [0, 0, 0])
    #expect([1e300, .infinity, 1000].map { exponential($0) } == [.infinity, .infinity, .infinity])
    #expect(exponential(.nan).isNaN && logarithm(.nan).isNaN && logarithm(-1).isNaN)
    #expect([0, .infinity].map { logarithm($0) } == [-.infinity, .infinity])
  }

  @Test func rowsAreReducedByHalves() {
    var rows = (0..<256).map { Float(($0 * 7919) % 1009) * 0.3 - 100 }
    rows.withUnsafeMutableBufferPointer { rows in
      let base = UnsafePointer(rows.baseAddress!)
      let sums = reduceSixteenRows(base) { $0 + $1 }
      let maxima = reduceSixteenRows(base, larger)
      for row in 0..<16 {
        var values = Array(rows[(row * 16)..<(row * 16 + 16)])
        #expect(maxima[row] == values.max())
        while values.count > 1 {
          values = (0..<(values.count / 2)).map { values[$0] + values[$0 + values.count / 2] }
        }
        #expect(sums[row].bitPattern == values[0].bitPattern)
      }
    }
  }
}
