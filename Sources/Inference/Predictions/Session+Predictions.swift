internal import Kernels
internal import Configuration
internal import Corpus
package import Data
package import Fitting
internal import Memory
internal import Models
internal import Teams

/// For each stream of a text, how many of its places count so that each token counts once: streams that go on beyond
/// their share, to fill the last batch, read what others have read.
func countedPlaces(tokens: Int, batchSize: Int, bptt: Int) -> [Int] {
  // The sizes have been checked when the text was read.
  guard let plan = try? Streams(tokenCount: tokens, batchSize: batchSize, bptt: bptt, name: "") else {
    preconditionFailure("a text that was read")
  }
  // What follows the last token is the first one again.
  return (0..<batchSize).map { stream in
    (stream + 1 < batchSize ? min(plan.start(of: stream + 1), tokens - 1) : tokens - 1) - plan.start(of: stream)
  }
}

extension Session {
  /// Predicts each token of a split once, and leaves all as it was. Collective; the same on all workers.
  ///
  /// - tokens: of the split.
  package func predictions(_ split: DataSplit, tokens: Int, withProbabilities: Bool) -> Predictions {
    let (batchSize, bptt) = (configuration.batchSize, configuration.bptt)
    let isOfAll = configuration.model.kind.type.predictsEveryToken
    let places = countedPlaces(tokens: tokens, batchSize: batchSize, bptt: bptt).map { isOfAll ? $0 : $0 / bptt }
    let batches = split == .train ? trainer.train.count : trainer.valid.count
    return predictions(split, batches: batches, places, withProbabilities: withProbabilities)
  }

  /// Predicts the first tokens of the split's first streams, and leaves all as it was. Collective; the same on all
  /// workers.
  ///
  /// - streams: of which predictions are wanted; most: how many of each at most; fewer of a short text.
  /// - Returns: the predictions stream by stream, and how many there are of each.
  package func firstPredictions(_ split: DataSplit, streams: Int, most: Int) -> (Predictions, length: Int) {
    let each = configuration.model.kind.type.predictions(bptt: configuration.bptt)
    let all = split == .train ? trainer.train.count : trainer.valid.count
    let batches = min((most + each - 1) / each, all)
    let length = min(most, batches * each)
    let places = (0..<configuration.batchSize).map { $0 < streams ? length : 0 }
    return (predictions(split, batches: batches, places, withProbabilities: false), length)
  }

  /// - places: of each stream, how many of its predictions are taken, from its first on.
  private func predictions(
    _ split: DataSplit, batches: Int, _ places: [Int], withProbabilities: Bool
  ) -> Predictions {
    let own = trainer.predict(split, batches: batches, withProbabilities: withProbabilities)
    let streams = team.lanes.streams(ofWorker: team.rank, of: team.size)
    let size = withProbabilities ? vocabulary.count : 0
    let counts = places.map { min($0, own.length) }
    let total = counts.reduce(0, +)
    /// The counted elements of all workers, in the order of streams. Collective.
    func shared(_ values: [Float], width: Int) -> [Float] {
      var taken: [Float] = []
      for (place, stream) in streams.enumerated() {
        let start = place * own.length * width
        taken += values[start..<(start + counts[stream] * width)]
      }
      // Workers have their streams in their order.
      let message = team.gather(littleEndianBytes(taken)).reduce(into: [UInt8]()) { $0 += $1 }
      let all = floats(littleEndian: team.broadcast(message, from: 0)[...])
      precondition(all.count == total * width, "a prediction is missing")
      return all
    }
    func ids(_ values: [Int32]) -> [Int32] {
      shared(values.map { Float(bitPattern: UInt32(bitPattern: $0)) }, width: 1).map {
        Int32(bitPattern: $0.bitPattern)
      }
    }
    return Predictions(
      targets: ids(own.targets), predicted: ids(own.predicted), losses: shared(own.losses, width: 1),
      probabilities: size > 0 ? shared(own.probabilities, width: size) : [], vocabularySize: vocabulary.count)
  }
}
