public import Corpus

/// Train and valid corpus as a language model reads them.
public struct LanguageModelData: Sendable {
  /// The corpora.
  public let train, valid: Corpus
  /// Streams over all workers.
  public let batchSize: Int
  /// Tokens of each stream in a batch.
  public let bptt: Int

  /// Batches in an epoch of the train split.
  public var trainSteps: Int { (train.count + batchSize * bptt - 1) / (batchSize * bptt) }

  /// The human numbers.
  public init(batchSize: Int = 64, bptt: Int = 70) {
    (train, valid) = Corpus.humanNumbers()
    self.batchSize = batchSize
    self.bptt = bptt
  }
}
