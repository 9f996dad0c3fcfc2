/// The token ids of one split, one long document, with its vocabulary.
public struct Corpus: Sendable, Equatable {
  /// The token ids.
  public let tokens: [Int32]
  /// The vocabulary, that of the train split.
  public let vocabulary: Vocabulary

  /// Number of tokens.
  public var count: Int { tokens.count }

  /// The built-in human numbers: 50,079 train and 13,017 valid tokens, 40 in the vocabulary.
  public static func humanNumbers() -> (train: Corpus, valid: Corpus) {
    pair(
      WordStream(Array(HumanNumbers.text(HumanNumbers.train).utf8)),
      WordStream(Array(HumanNumbers.text(HumanNumbers.valid).utf8)))
  }

  /// Two texts in the human-numbers form, one number or any one text a line; the names are for messages.
  ///
  /// - Throws: for a text that is empty, not UTF-8, or of a single line.
  public static func read(
    train: (name: String, bytes: [UInt8]), valid: (name: String, bytes: [UInt8])
  ) throws(CorpusError) -> (train: Corpus, valid: Corpus) {
    try check(train.bytes, train.name)
    try check(valid.bytes, valid.name)
    return pair(WordStream(train.bytes), WordStream(valid.bytes))
  }

  /// Random tokens below `vocabulary`, as many as the human numbers have: for benchmarks.
  public static func random(vocabulary count: Int, seed: UInt64) -> (train: Corpus, valid: Corpus) {
    var state = seed
    let vocabulary = Vocabulary(tokens: (0..<count).map { "\($0)" })
    func corpus(_ length: Int) -> Corpus {
      let tokens = (0..<length).map { _ in
        // Knuth's MMIX linear congruential generator; its high bits are good enough for load.
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int32((state >> 33) % UInt64(count))
      }
      return Corpus(tokens: tokens, vocabulary: vocabulary)
    }
    return (corpus(50_079), corpus(13_017))
  }

  private static func pair(_ train: WordStream, _ valid: WordStream) -> (train: Corpus, valid: Corpus) {
    let vocabulary = Vocabulary(frequencies: zip(train.words, train.counts).map { ($0, $1) })
    let ids = vocabulary.ids
    func corpus(_ stream: WordStream) -> Corpus {
      let map = stream.words.map { ids[$0] ?? 0 }
      return Corpus(tokens: stream.sequence.map { map[Int($0)] }, vocabulary: vocabulary)
    }
    return (corpus(train), corpus(valid))
  }

  private static func check(_ bytes: [UInt8], _ name: String) throws(CorpusError) {
    let hasText = bytes.contains { $0 > 32 }
    if !hasText { throw CorpusError("empty text", at: name, remedy: "give a file with one text a line") }
    if String(validating: bytes, as: UTF8.self) == nil {
      throw CorpusError("not UTF-8 text", at: name, remedy: "convert it to UTF-8")
    }
    let lines = bytes.split(separator: UInt8(ascii: "\n")).filter { line in line.contains { $0 > 32 } }
    if lines.count < 2 {
      throw CorpusError("text of a single line", at: name, remedy: "give a file with one text a line, at least two")
    }
  }
}
