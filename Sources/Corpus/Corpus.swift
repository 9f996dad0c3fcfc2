/// The token ids of one split, one long document, with its vocabulary.
public struct Corpus: Sendable, Equatable {
  /// What messages call it: the file, or "human numbers, train".
  public let name: String
  /// The token ids.
  public let tokens: [Int32]
  /// The vocabulary, that of the train split.
  public let vocabulary: Vocabulary

  /// Number of tokens.
  public var count: Int { tokens.count }

  /// The built-in human numbers: 50,079 train and 13,017 valid tokens, 40 in the vocabulary.
  public static func humanNumbers() -> (train: Corpus, valid: Corpus) {
    pair(
      train: ("human numbers, train", HumanNumbers.document(HumanNumbers.train)),
      valid: ("human numbers, valid", HumanNumbers.document(HumanNumbers.valid)))
  }

  /// Two texts in the human-numbers form, one number or any one text a line; the names are for messages.
  ///
  /// The vocabulary is that of the train text; other words of the valid text become `xxunk`.
  ///
  /// - Throws: for a text that is empty, not UTF-8, or of a single line.
  public static func read(
    train: (name: String, bytes: [UInt8]), valid: (name: String, bytes: [UInt8])
  ) throws(CorpusError) -> (train: Corpus, valid: Corpus) {
    pair(
      train: (train.name, try Document(text: train.bytes, name: train.name)),
      valid: (valid.name, try Document(text: valid.bytes, name: valid.name)))
  }

  /// Random tokens below `vocabulary`, as many as the human numbers have: for benchmarks.
  public static func random(vocabulary count: Int, seed: UInt64) -> (train: Corpus, valid: Corpus) {
    var state = seed
    let vocabulary = Vocabulary(tokens: (0..<count).map { "\($0)" })
    func corpus(_ name: String, _ length: Int) -> Corpus {
      let tokens = (0..<length).map { _ in
        // Knuth's MMIX linear congruential generator; its high bits are good enough for load.
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int32((state >> 33) % UInt64(count))
      }
      return Corpus(name: name, tokens: tokens, vocabulary: vocabulary)
    }
    return (corpus("random tokens, train", 50_079), corpus("random tokens, valid", 13_017))
  }

  private static func pair(
    train: (name: String, document: Document), valid: (name: String, document: Document)
  ) -> (train: Corpus, valid: Corpus) {
    let vocabulary = Vocabulary(frequencies: zip(train.document.words, train.document.counts).map { ($0, $1) })
    func corpus(_ name: String, _ document: Document) -> Corpus {
      let ids = document.words.map { vocabulary[$0] }
      return Corpus(name: name, tokens: document.sequence.map { ids[Int($0)] }, vocabulary: vocabulary)
    }
    return (corpus(train.name, train.document), corpus(valid.name, valid.document))
  }
}
