private import Kernels

/// SplitMix64 (Steele, Lea and Flood, 2014): the run's random numbers, the same on every machine.
struct RandomNumbers: Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in [0, 1), 53 bits.
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Normal with mean 0 and deviation 1, by Box and Muller.
  mutating func normal() -> Double {
    let radius = (-2 * logarithm(1 - uniform())).squareRoot()
    return radius * cosine(ofPiTimes: 2 * uniform())
  }
}

extension ModelShape {
  /// Values of every trained tensor by name, drawn as `torch.nn` does: embedding ~ N(0, 1), linear weight and bias
  /// ~ U(±1/√fan_in), BatchNorm weight 1 and bias 0.
  func initialWeights(seed: UInt64) -> [String: [Float]] {
    var random = RandomNumbers(seed: seed)
    let bound = 1 / Double(hidden).squareRoot()
    var result: [String: [Float]] = [:]
    for tensor in tensors {
      let count = tensor.shape.reduce(1, *)
      switch tensor.name {
      case "input_to_hidden.weight": result[tensor.name] = (0..<count).map { _ in Float(random.normal()) }
      case "batch_norm.weight": result[tensor.name] = Array(repeating: 1, count: count)
      case "batch_norm.bias": result[tensor.name] = Array(repeating: 0, count: count)
      default: result[tensor.name] = (0..<count).map { _ in Float((2 * random.uniform() - 1) * bound) }
      }
    }
    return result
  }
}
