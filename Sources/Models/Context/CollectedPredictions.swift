internal import Kernels
internal import Memory

/// What a model predicts while it is evaluated, place by place of one worker's streams.
package final class CollectedPredictions {
  /// Predictions of each stream.
  package let length: Int
  /// (streams, length): the tokens that came, and those that were the likeliest.
  package private(set) var targets, predicted: [Int32]
  /// (streams, length): −log of the probability of the token that came.
  package private(set) var losses: [Float]
  /// (streams, length, vocabulary), where asked for; else empty.
  package private(set) var probabilities: [Float]
  private let vocabulary: Int

  /// Room for `length` predictions of each of `streams` streams.
  ///
  /// - vocabulary: of the probabilities; nil for none.
  package init(streams: Int, length: Int, vocabulary: Int?) {
    self.length = length
    self.vocabulary = vocabulary ?? 0
    let count = streams * length
    targets = Array(repeating: 0, count: count)
    predicted = Array(repeating: 0, count: count)
    losses = Array(repeating: 0, count: count)
    probabilities = Array(repeating: 0, count: count * self.vocabulary)
  }

  /// Takes a block's rows, which are in the order (lane, step, stream).
  ///
  /// - first: the place among its stream's predictions of each stream's first row.
  func collect(
    _ block: LaneBlock, _ logits: Panels, targets rowTargets: BufferView<Int32>, rowLosses: BufferView<Float>,
    first: Int
  ) {
    var row = 0
    for rows in block.stepRows.rows {
      for step in 0..<block.stepRows.steps {
        for stream in rows {
          let place = (block.matrixStreams.lowerBound + stream) * length + first + step
          targets[place] = rowTargets[row]
          losses[place] = rowLosses[row]
          predicted[place] = Int32(largestColumn(logits, row: row))
          if vocabulary > 0 { takeProbabilities(logits, row: row, to: place * vocabulary) }
          row += 1
        }
      }
    }
  }

  /// The softmax of a row of logits, summed in Double in the order of ids.
  private func takeProbabilities(_ logits: Panels, row: Int, to start: Int) {
    let largest = Double(logits[row, largestColumn(logits, row: row)])
    var sum = 0.0
    for column in 0..<vocabulary { sum += exponential(Double(logits[row, column]) - largest) }
    for column in 0..<vocabulary {
      probabilities[start + column] = Float(exponential(Double(logits[row, column]) - largest) / sum)
    }
  }
}
