/// All that one worker reads of a corpus in an epoch: the tokens of its own streams and of no other.
public struct WorkerTokens: Sendable {
  /// Token ids (steps·bptt + 1, streams), row by row: step s has x in rows s·bptt ..< (s+1)·bptt and y one row further.
  public let tokens: [Int32]
  /// Steps in an epoch, the same for every worker.
  public let steps: Int

  /// Takes the tokens of `streams`, a range within 0 ..< `batchSize`.
  ///
  /// - Throws: when bptt or the batch size is larger than the corpus.
  public init(corpus: Corpus, batchSize: Int, bptt: Int, streams: Range<Int>) throws(CorpusError) {
    let plan = try Streams(tokenCount: corpus.count, batchSize: batchSize, bptt: bptt, name: corpus.name)
    tokens = plan.tokens(of: streams, in: corpus)
    steps = plan.steps
  }
}
