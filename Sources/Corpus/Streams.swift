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

  /// The parts of the corpus that neighbouring streams read in an epoch, in their order: one, or two when they wrap at
  /// its end, with all of the corpus at most once. A worker holds these tokens and no others.
  public func parts(of streams: Range<Int>) -> [Range<Int>] {
    precondition(0 <= streams.lowerBound && streams.upperBound <= batchSize, "no such streams")
    guard let first = streams.first, let last = streams.last else { return [] }
    let from = start(of: first)
    let end = start(of: last) + steps * bptt + 1
    if end - from >= tokenCount { return [0..<tokenCount] }
    return end <= tokenCount ? [from..<end] : [from..<tokenCount, 0..<(end - tokenCount)]
  }

  /// The tokens of neighbouring streams, (steps·bptt + 1, streams) row by row, wrapping at the corpus's end: batch s is
  /// rows s·bptt ..< (s+1)·bptt as x, and one row further as y.
  public func tokens(of streams: Range<Int>, in corpus: Corpus) -> [Int32] {
    precondition(corpus.count == tokenCount, "another corpus")
    let parts = parts(of: streams)
    let own = parts.flatMap { corpus.tokens($0) }
    var places = streams.map { start(of: $0) - parts[0].lowerBound }
    let rows = steps * bptt + 1
    var result: [Int32] = []
    result.reserveCapacity(rows * streams.count)
    for _ in 0..<rows {
      for index in places.indices {
        result.append(own[places[index]])
        places[index] += 1
        // Only streams that hold all of the corpus get here before their last row.
        if places[index] == own.count { places[index] = 0 }
      }
    }
    return result
  }

  /// Batch `step` of an epoch as rows of bptt + 1 tokens, (batchSize, bptt + 1), one a stream: x is all but a row's
  /// last, y all but its first.
  public func batch(_ step: Int, in corpus: Corpus) -> [Int32] {
    precondition(corpus.count == tokenCount, "another corpus")
    precondition(0 <= step && step < steps, "no such batch")
    return (0..<batchSize).flatMap { stream in
      var row: [Int32] = []
      while row.count <= bptt {
        let place = (start(of: stream) + step * bptt + row.count) % tokenCount
        row += corpus.tokens(place..<min(tokenCount, place + bptt + 1 - row.count))
      }
      return row
    }
  }
}
