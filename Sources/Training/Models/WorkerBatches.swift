internal import Kernels

/// The tokens of one worker's streams over one split, as batches: batch i is x = rows i·bptt ..< (i+1)·bptt and y one row
/// further, of tokens (steps·bptt + 1, streams).
@safe
struct WorkerBatches {
  /// Batches in an epoch.
  let count: Int
  private let bptt: Int
  private let streams: Int
  private let arena: Arena
  private let tokens: Window<Int32>

  /// - tokens: (count·bptt + 1, streams), row by row.
  init(tokens: [Int32], count: Int, bptt: Int, streams: Int) {
    precondition(tokens.count == (count * bptt + 1) * streams, "tokens of the wrong size")
    self.count = count
    self.bptt = bptt
    self.streams = streams
    arena = Arena(byteCount: Arena.byteCount(tokens.count, of: Int32.self))
    self.tokens = arena.take(tokens.count)
    self.tokens.copy(from: tokens)
  }

  /// Inputs (bptt, streams) of a batch.
  func x(_ batch: Int) -> Window<Int32> { rows(from: batch * bptt) }
  /// Targets (bptt, streams) of a batch.
  func y(_ batch: Int) -> Window<Int32> { rows(from: batch * bptt + 1) }

  private func rows(from first: Int) -> Window<Int32> { tokens[(first * streams)..<((first + bptt) * streams)] }
}
