internal import Corpus
package import Files

/// Corpora as a language model reads them: `batchSize` streams that advance `bptt` tokens a step, as fastai's
/// `databunch(bs:, bptt:)`.
///
///     let data = try LanguageModelData(.humanNumbers, batchSize: 64, bptt: 3)
///     let (x, y) = data.oneBatch()        // both (64, 3)
///     print(data.textify(x[0]))           // xxbos one ,
///
/// Nothing is read ahead: batches are made when they are asked for.
public struct LanguageModelData: Sendable {
  /// One of the two texts.
  public typealias Split = DataSplit

  /// The texts.
  public let corpora: Corpora
  /// Number of streams, over all workers.
  public let batchSize: Int
  /// Tokens that a stream advances in a step.
  public let bptt: Int
  /// The batches of an epoch of training, in order.
  public let train: Batches
  /// The batches of a validation, in order.
  public let valid: Batches

  /// Bounds of `batchSize` and `bptt`; the command line checks its options by the same.
  package static let batchSizeBounds = ValueBounds<Int>.from(1, to: 1_048_576)
  package static let bpttBounds = ValueBounds<Int>.from(1, to: 1_048_576)

  /// Lays `batchSize` streams over the two texts.
  ///
  /// - Throws: `RunError` with status `usage` for sizes below 1 or above 1,048,576, and when the batch size or bptt is
  ///   larger than one of the texts.
  public init(_ corpora: Corpora, batchSize: Int = 64, bptt: Int = 70) throws {
    try Self.batchSizeBounds.check(batchSize, "batch size", at: "batchSize")
    try Self.bpttBounds.check(bptt, "bptt", at: "bptt")
    func batches(_ corpus: Corpus) throws -> Batches {
      do {
        return Batches(
          corpus: corpus,
          streams: try Streams(tokenCount: corpus.count, batchSize: batchSize, bptt: bptt, name: corpus.name))
      } catch {
        throw RunError(error.problem, at: error.place, remedy: error.remedy, status: .usage)
      }
    }
    self.corpora = corpora
    self.batchSize = batchSize
    self.bptt = bptt
    train = try batches(corpora.train)
    valid = try batches(corpora.valid)
  }

  /// Steps in an epoch of training.
  public var trainSteps: Int { train.count }
  /// Steps in a validation.
  public var validSteps: Int { valid.count }
  /// The tokens that a model of this data knows.
  public var vocabulary: Vocabulary { corpora.train.vocabulary }

  /// The batches of a split.
  public subscript(split: Split) -> Batches { split == .train ? train : valid }

  /// The first batch of a split; x and y are (batchSize, bptt).
  public func oneBatch(_ split: Split = .train) -> Batches.Element { self[split][0] }

  /// The text of token ids, separated by spaces.
  public func textify(_ tokens: some Sequence<Int32>) -> String { vocabulary.textify(tokens) }

  /// fastai's table of a split's first batch: the first `rows` streams, at most 70 tokens of each, long ones cut.
  public func showBatch(_ split: Split = .train, rows: Int = 5) -> BatchTable {
    let x = oneBatch(split).x
    return BatchTable(
      texts: (0..<max(0, min(rows, batchSize))).map { row in
        x[row].prefix(70).map { PlainText.shown(token: vocabulary.tokens[Int($0)]) }.joined(separator: " ")
      })
  }
}
