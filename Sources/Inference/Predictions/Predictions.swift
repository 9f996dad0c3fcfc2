internal import Corpus
internal import Kernels
public import Models

/// What a model predicts for a text, each of its tokens once, in the text's order: fastai's `get_preds`.
public struct Predictions: Sendable {
  /// The ids of the tokens that came: of a model that predicts every token the text's from its second on.
  public let targets: [Int32]
  /// The ids that were the likeliest, of equal ones the first.
  public let predicted: [Int32]
  /// Each prediction's cross-entropy in nats: −log of the probability of the token that came.
  public let losses: [Float]
  /// (predictions, vocabulary): the probability of each token, row by row; empty where it wasn't asked for.
  public let probabilities: [Float]
  /// Size of the vocabulary.
  public let vocabularySize: Int

  /// Number of predictions.
  public var count: Int { targets.count }

  /// The mean of the losses.
  public var loss: Double { losses.reduce(0) { $0 + Double($1) } / Double(max(count, 1)) }

  /// The share of predictions that are right, 0…1.
  public var accuracy: Double {
    Double(zip(targets, predicted).count { $0 == $1 }) / Double(max(count, 1))
  }

  /// e^loss
  public var perplexity: Double { loss < 700 ? exponential(loss) : .infinity }

  /// The probabilities of a prediction, by token id; empty where they weren't asked for.
  public subscript(index: Int) -> ArraySlice<Float> {
    precondition(targets.indices.contains(index), "prediction \(index) of \(count)")
    return probabilities.isEmpty ? [] : probabilities[(index * vocabularySize)..<((index + 1) * vocabularySize)]
  }

  /// What was taken for what, the most frequent first, equal ones by their ids.
  public var confused: [ConfusedPair] {
    var counts: [UInt64: Int] = [:]
    for (target, predicted) in zip(targets, predicted) where target != predicted {
      counts[UInt64(target) << 32 | UInt64(predicted), default: 0] += 1
    }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
      ConfusedPair(actual: Int($0.key >> 32), predicted: Int($0.key & 0xFFFF_FFFF), count: $0.value)
    }
  }
}
