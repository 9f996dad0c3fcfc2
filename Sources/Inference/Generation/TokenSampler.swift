private import Kernels
internal import Models

/// Draws a model's next token from its logits.
struct TokenSampler {
  /// What logits are divided by; 0 always takes the largest.
  let temperature: Double
  /// How many of the largest logits are drawn from; nil for all.
  let topK: Int?
  private var random: RandomNumbers
  /// Ids that are never drawn, since they stand for no text.
  private let excluded: Set<Int>

  init(temperature: Double, topK: Int?, seed: UInt64, excluded: Set<Int>) {
    self.temperature = temperature
    self.topK = topK
    random = RandomNumbers(seed: seed)
    self.excluded = excluded
  }

  /// An id; of equal logits the first is the larger. The same on every machine for the same logits.
  mutating func draw(_ logits: [Float]) -> Int32 {
    var candidates = logits.indices.filter { !excluded.contains($0) }
    guard let first = candidates.first else { return 0 }
    let largest = candidates.reduce(first) { logits[$1] > logits[$0] ? $1 : $0 }
    guard temperature > 0 else { return Int32(largest) }
    if let topK, topK < candidates.count {
      candidates = Array(candidates.sorted { (logits[$1], $0) < (logits[$0], $1) }.prefix(topK)).sorted()
    }
    let weights = candidates.map { exponential(Double(logits[$0] - logits[largest]) / temperature) }
    var rest = random.uniform() * weights.reduce(0, +)
    for (candidate, weight) in zip(candidates, weights) {
      rest -= weight
      if rest < 0 { return Int32(candidate) }
    }
    return Int32(largest)
  }
}
