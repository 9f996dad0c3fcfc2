internal import Models

extension RunConfiguration {
  /// What the captions of plots say of a run: "model3, hidden 64, 64 streams × bptt 3, seed 42".
  public var caption: String {
    let weights = initialWeights.map { "weights of \($0)" } ?? "seed \(seed)"
    let group = accumulate > 1 ? " × \(accumulate) batches" : ""
    return "\(model.kind), hidden \(hidden), \(batchSize) streams × bptt \(bptt)\(group), \(weights)"
  }
}
