public import Configuration
public import Files
internal import Models

extension RunConfiguration {
  /// Throws a usage error where training would take BatchNorm's statistics of a single value, whose variance is zero:
  /// in the notebook's models each place of a sequence has a value for each stream, in a stack all streams and places
  /// are one batch.
  ///
  /// - place: what the number of streams was given by; nil for the command line's option.
  public func checkStatistics(at place: String? = nil) throws(RunError) {
    let hasNorm = model.layout(vocabulary: 1).tensors.contains { $0.name.hasPrefix("batch_norm.") }
    let values = model.kind.isStack ? batchSize * bptt : batchSize
    guard hasNorm && values < 2 else { return }
    throw RunError(
      "BatchNorm has one value for a mean and a variance", at: place ?? "--batch-size \(batchSize)",
      remedy: model.kind.isStack ? "give at least 2 streams, or a bptt of at least 2" : "give at least 2 streams",
      status: .usage)
  }
}
