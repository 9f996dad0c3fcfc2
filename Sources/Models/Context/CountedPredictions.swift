internal import Kernels
internal import Memory

/// Which predictions of an evaluation count, so that each token counts once: streams that go on beyond their share of
/// the text, to fill the last batch, predict what others have predicted.
package final class CountedPredictions {
  /// For each of the worker's streams, how many of its places count, from its first one.
  private let places: [Int]
  /// The token that stands for unknown words, and whether losses and correct predictions are those of counted places
  /// alone, an unknown word never being right.
  private let unknown: Int32?
  private let isStrict: Bool
  /// Takes what is predicted wrongly, if anybody wants that.
  package let confusions: PredictionCounts?
  /// Counted predictions of this worker whose target is an unknown word.
  package private(set) var unknownTargets = 0
  /// Whether the model has asked.
  package private(set) var isUsed = false

  /// - places: for each of the worker's streams; unknown: nil where the vocabulary has none.
  package init(places: [Int], unknown: Int32?, isStrict: Bool, confusions: PredictionCounts?) {
    (self.places, self.unknown, self.isStrict, self.confusions) = (places, unknown, isStrict, confusions)
  }

  /// Whether the prediction at a place of one of the worker's streams is one of those that figures are of.
  func counts(_ stream: Int, place: Int) -> Bool { !isStrict || place < places[stream] }

  /// Whether no prediction of that token is right.
  func isWrong(_ target: Int32) -> Bool { isStrict && target == unknown }

  /// Counts a block's rows, which are in the order (lane, step, stream).
  ///
  /// - first: the place in its stream of each stream's first row.
  /// - rowLosses: each row's loss; losses, correct: an element for each of the block's lanes, of sums over all rows.
  func score(
    _ block: LaneBlock, _ logits: Panels, targets: BufferView<Int32>, rowLosses: BufferView<Float>, first: Int,
    losses: BufferView<Double>, correct: BufferView<Double>
  ) {
    isUsed = true
    var row = 0
    for (lane, rows) in block.stepRows.rows.enumerated() {
      var loss = 0.0
      var right = 0.0
      for step in 0..<block.stepRows.steps {
        for stream in rows {
          defer { row += 1 }
          guard first + step < places[block.matrixStreams.lowerBound + stream] else { continue }
          let target = targets[row]
          let isUnknown = target == unknown
          if isUnknown { unknownTargets += 1 }
          loss += Double(rowLosses[row])
          guard isStrict || confusions != nil else { continue }
          let best = largestColumn(logits, row: row)
          if best == Int(target) && !isUnknown { right += 1 }
          if best != Int(target) { confusions?.add(actual: Int(target), predicted: best) }
        }
      }
      if isStrict { (losses[lane], correct[lane]) = (loss, right) }
    }
  }
}
