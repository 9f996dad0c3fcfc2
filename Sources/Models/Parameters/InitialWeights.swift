private import Kernels
package import Memory

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

/// The initial values of all trained tensors, drawn in the order of declaration as `torch.nn` draws them.
package struct InitialWeights {
  private var random: RandomNumbers
  private let declarations: [ParameterDeclaration]
  /// The tensor that is being drawn, and how many of its elements have been.
  private var tensor = 0
  private var done = 0

  package init(_ layout: ParameterLayout, seed: UInt64) {
    random = RandomNumbers(seed: seed)
    declarations = layout.declarations
  }

  /// Overwrites `elements` with the next ones of the tensor at that place in the layout's order; every element is asked
  /// for, in order.
  package mutating func next(ofTensor index: Int, into elements: BufferView<Float>) {
    if index != tensor { (tensor, done) = (index, 0) }
    let declaration = declarations[index]
    for place in 0..<elements.count {
      elements[place] =
        switch declaration.initial {
        case .normal: Float(random.normal())
        case .uniform(let bound): Float((2 * random.uniform() - 1) * bound)
        case .uniformRows(let bound, let zeroRow):
          row(done + place, declaration) == zeroRow ? zero() : Float((2 * random.uniform() - 1) * bound)
        case .constant(let value): value
        }
    }
    done += elements.count
  }

  private func row(_ element: Int, _ declaration: ParameterDeclaration) -> Int { element / declaration.shape[1] }

  /// Zero instead of a number that is drawn all the same.
  private mutating func zero() -> Float {
    _ = random.uniform()
    return 0
  }
}
