private import Kernels

/// SplitMix64 (Steele, Lea and Flood, 2014): the run's random numbers, the same on every machine.
package struct RandomNumbers: Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in [0, 1), 53 bits.
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Normal with mean 0 and deviation 1, by Box and Muller.
  mutating func normal() -> Double {
    let radius = (-2 * logarithm(1 - uniform())).squareRoot()
    return radius * cosine(ofPiTimes: 2 * uniform())
  }
}

extension ParameterLayout {
  /// Values of every trained tensor by name, drawn in the order of declaration as `torch.nn` draws them.
  package func initialWeights(seed: UInt64) -> [String: [Float]] {
    var random = RandomNumbers(seed: seed)
    var result: [String: [Float]] = [:]
    for tensor in declarations {
      result[tensor.name] = (0..<tensor.count).map { _ in
        switch tensor.initial {
        case .normal: Float(random.normal())
        case .uniform(let bound): Float((2 * random.uniform() - 1) * bound)
        case .uniformRows(let bound, _): Float((2 * random.uniform() - 1) * bound)
        case .constant(let value): value
        }
      }
      if case .uniformRows(_, let row) = tensor.initial {
        let columns = tensor.shape[1]
        result[tensor.name]?.replaceSubrange(
          (row * columns)..<((row + 1) * columns), with: repeatElement(0, count: columns))
      }
    }
    return result
  }
}
