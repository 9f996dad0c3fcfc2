internal import Kernels

/// What a model says of one token of a validation, as metrics see it.
public struct Prediction {
  /// The logits of some predictions, of which this is one's row.
  private let logits: Panels
  private let row: Int
  /// The id of the token that came.
  public let target: Int
  /// Its cross-entropy in nats.
  public let loss: Double
  /// Whether the target stands for a word that the vocabulary lacks, which no prediction of a text is right about.
  private let isUnpredictable: Bool

  init(_ logits: Panels, row: Int, target: Int, loss: Double, isUnpredictable: Bool = false) {
    (self.logits, self.row, self.target, self.loss) = (logits, row, target, loss)
    self.isUnpredictable = isUnpredictable
  }

  /// Tokens that there are.
  public var vocabulary: Int { logits.columns }

  /// The logit of a token, of which e to its power is in proportion to the token's probability.
  public func logit(of token: Int) -> Float { logits[row, token] }

  /// How many tokens are likelier than the target; of equally likely ones the first come first. 0 where it is predicted
  /// rightly.
  public var rank: Int { isUnpredictable ? vocabulary : rankOfTarget(logits, row: row, target: target) }

  /// Whether the target is among so many of the likeliest tokens.
  public func isAmong(likeliest count: Int) -> Bool {
    !isUnpredictable && rankOfTarget(logits, row: row, target: target, limit: count) < count
  }

  /// The likeliest token; of equally likely ones the first.
  public var predicted: Int { largestColumn(logits, row: row) }
}
