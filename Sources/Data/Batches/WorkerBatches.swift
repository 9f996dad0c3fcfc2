internal import Corpus
package import Memory

/// The tokens of one worker's streams over one split, as batches: batch i is x = rows i·bptt ..< (i+1)·bptt and y one
/// row further, of tokens (steps·bptt + 1, streams). They are kept in memory, or taken from a token file batch by
/// batch.
@safe
package struct WorkerBatches {
  /// Batches in an epoch.
  package let count: Int
  private let bptt: Int
  private let streams: Int
  private let arena: Arena
  /// All tokens, or those of one batch.
  private let tokens: BufferView<Int32>
  private let source: Source?

  /// A token file, of which one batch at a time is kept.
  private struct Source {
    let tokens: MappedTokens
    /// Where each stream begins.
    let starts: [Int]
    /// The number of the batch that is kept, (1); −1 for none.
    let current: BufferView<Int>
  }

  /// - tokens: (count·bptt + 1, streams), row by row.
  package init(tokens: [Int32], count: Int, bptt: Int, streams: Int) {
    precondition(tokens.count == (count * bptt + 1) * streams, "tokens of the wrong size")
    self.count = count
    self.bptt = bptt
    self.streams = streams
    arena = Arena(byteCount: Arena.byteCount(tokens.count, of: Int32.self))
    self.tokens = arena.take(tokens.count)
    self.tokens.copy(from: tokens)
    source = nil
  }

  /// The batches of `streams` in a token file.
  package init(_ file: MappedTokens, _ plan: Streams, streams: Range<Int>) {
    count = plan.steps
    bptt = plan.bptt
    self.streams = streams.count
    let size = (plan.bptt + 1) * streams.count
    arena = Arena(byteCount: Arena.byteCount(size, of: Int32.self) + Arena.byteCount(1, of: Int.self))
    tokens = arena.take(size)
    let current: BufferView<Int> = arena.take(1)
    current[0] = -1
    source = Source(tokens: file, starts: streams.map { plan.start(of: $0) }, current: current)
  }

  /// `count` batches without tokens, to count memory with.
  package init(planned count: Int, bptt: Int, streams: Int) {
    self.count = count
    self.bptt = bptt
    self.streams = streams
    arena = Arena(byteCount: 0)
    tokens = arena.take(0)
    source = nil
  }

  /// Bytes that `count` batches of `streams` streams take, from a token file or from memory.
  package static func byteCount(_ count: Int, bptt: Int, streams: Int, fromFile: Bool) -> Int {
    4 * streams * ((fromFile ? 1 : count) * bptt + 1)
  }

  /// Inputs (bptt, streams) of a batch.
  package func x(_ batch: Int) -> BufferView<Int32> { rows(of: batch, from: 0) }
  /// Targets (bptt, streams) of a batch.
  package func y(_ batch: Int) -> BufferView<Int32> { rows(of: batch, from: 1) }

  private func rows(of batch: Int, from row: Int) -> BufferView<Int32> {
    var first = batch * bptt + row
    if let source {
      if source.current[0] != batch { load(batch, source) }
      first = row
    }
    return tokens[(first * streams)..<((first + bptt) * streams)]
  }

  /// Reads a batch from the file. After the text's end a stream goes on at its beginning.
  private func load(_ batch: Int, _ source: Source) {
    for (stream, start) in source.starts.enumerated() {
      var row = 0
      while row <= bptt {
        let place = (start + batch * bptt + row) % source.tokens.count
        let part = min(bptt + 1 - row, source.tokens.count - place)
        source.tokens.copy(place..<(place + part), into: tokens, first: row * streams + stream, stride: streams)
        row += part
      }
    }
    source.tokens.requireWhole()
    source.current[0] = batch
  }
}
