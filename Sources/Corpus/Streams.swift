/// How a corpus is read by `batchSize` streams, as fastai does it: pure functions of (stream, sizes).
public struct Streams: Sendable, Equatable {
  /// Tokens in the corpus.
  public let tokenCount: Int
  /// Number of streams.
  public let batchSize: Int
  /// Tokens that a stream advances in a step.
  public let bptt: Int

  /// - Throws: when a step is longer than the corpus, or the streams are more than its tokens.
  public init(tokenCount: Int, batchSize: Int, bptt: Int, name: String) throws(CorpusError) {
    precondition(batchSize > 0 && bptt > 0, "sizes are positive")
    if bptt > tokenCount {
      throw CorpusError(
        "bptt \(bptt) is longer than the corpus of \(tokenCount) tokens", at: name, remedy: "choose a smaller --bptt")
    }
    if batchSize > tokenCount {
      throw CorpusError(
        "batch size \(batchSize) is larger than the corpus of \(tokenCount) tokens", at: name,
        remedy: "choose a smaller --batch-size")
    }
    self.tokenCount = tokenCount
    self.batchSize = batchSize
    self.bptt = bptt
  }

  /// Steps in an epoch: ⌈n/(bptt·B)⌉.
  public var steps: Int { (tokenCount + bptt * batchSize - 1) / (bptt * batchSize) }

  /// The token at which a stream starts: ⌊n/B·i⌋ with a real division, which may round to one below the exact quotient.
  public func start(of stream: Int) -> Int { Int(Double(tokenCount) / Double(batchSize) * Double(stream)) }

  /// The tokens of some streams, (steps·bptt + 1, streams) row by row, wrapping at the corpus's end: batch s is rows
  /// s·bptt ..< (s+1)·bptt as x, and one row further as y.
  public func tokens(of streams: Range<Int>, in corpus: Corpus) -> [Int32] {
    precondition(corpus.count == tokenCount, "another corpus")
    precondition(0 <= streams.lowerBound && streams.upperBound <= batchSize, "no such streams")
    let rows = steps * bptt + 1
    var places = streams.map { start(of: $0) }
    var result: [Int32] = []
    result.reserveCapacity(rows * streams.count)
    for _ in 0..<rows {
      for index in places.indices {
        result.append(corpus.tokens[places[index]])
        places[index] += 1
        if places[index] == tokenCount { places[index] = 0 }
      }
    }
    return result
  }
}
