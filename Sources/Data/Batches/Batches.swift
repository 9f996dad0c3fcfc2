internal import Corpus

/// The batches of one split's epoch: inputs x and targets y, both (batchSize, bptt), y one token further than x.
///
/// An epoch begins with every stream at its start; a stream that reaches the text's end goes on at its beginning.
public struct Batches: RandomAccessCollection, Sendable {
  /// A batch: inputs and targets, both (batchSize, bptt).
  public typealias Element = (x: TokenMatrix, y: TokenMatrix)

  let corpus: Corpus
  let streams: Streams

  /// The first batch's place.
  public var startIndex: Int { 0 }
  /// The number of batches.
  public var endIndex: Int { streams.steps }

  /// Makes a batch.
  ///
  /// - Complexity: linear in its tokens.
  public subscript(step: Int) -> Element {
    let rows = streams.batch(step, in: corpus)
    let width = streams.bptt + 1
    func matrix(_ first: Int) -> TokenMatrix {
      let tokens = (0..<streams.batchSize).flatMap { rows[($0 * width + first)..<($0 * width + first + streams.bptt)] }
      return TokenMatrix(tokens, columns: streams.bptt)
    }
    return (matrix(0), matrix(1))
  }

  /// Number of tokens in the split.
  public var tokenCount: Int { streams.tokenCount }

  /// The parts of the split that neighbouring streams read in an epoch, in their order: one, or two when they go on at
  /// its beginning. The worker that has these streams holds these tokens and no others.
  public func parts(of streams: Range<Int>) -> [Range<Int>] { self.streams.parts(of: streams) }
}
