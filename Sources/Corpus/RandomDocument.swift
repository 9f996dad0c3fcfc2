/// Random tokens as a document: for benchmarks.
struct RandomDocument: Document {
  let count: Int
  /// The generator's state before the first token.
  private let seed: UInt64
  private let vocabulary: UInt64

  /// `count` tokens below `vocabulary`, which is above 0.
  init(count: Int, vocabulary: Int, seed: UInt64) {
    self.count = count
    self.vocabulary = UInt64(vocabulary)
    self.seed = seed
  }

  /// - Complexity: the tokens up to the range's end are gone through.
  func places(_ range: Range<Int>) -> [Int32] {
    var state = seed
    for _ in 0..<range.lowerBound { Self.advance(&state) }
    return range.map { _ in
      Self.advance(&state)
      // The generator's high bits are good enough for load.
      return Int32((state >> 33) % vocabulary)
    }
  }

  /// Knuth's MMIX linear congruential generator.
  private static func advance(_ state: inout UInt64) {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
  }
}
