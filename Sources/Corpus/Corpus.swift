/// One split's text as token ids, one long document, with its vocabulary.
///
/// The tokens are made when they are asked for, and only those: a worker never holds more than its own streams'.
public struct Corpus: Sendable {
  /// What messages call it: the file, or "human numbers, train".
  public let name: String
  /// The vocabulary, that of the train split.
  public let vocabulary: Vocabulary
  private let document: any Document
  /// The id of each distinct word by its place in the document; nil where places are ids.
  private let ids: [Int32]?

  /// Number of tokens.
  public var count: Int { document.count }

  /// The token ids in `range`, which lies within 0 ..< `count`.
  public func tokens(_ range: Range<Int>) -> [Int32] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "no such tokens")
    let places = document.places(range)
    guard let ids else { return places }
    return places.map { ids[Int($0)] }
  }

  /// The built-in human numbers: 50,079 train and 13,017 valid tokens, 40 in the vocabulary.
  public static func humanNumbers() -> (train: Corpus, valid: Corpus) {
    let train = NumbersDocument(HumanNumbers.train)
    let valid = NumbersDocument(HumanNumbers.valid)
    return pair(
      train: ("human numbers, train", train, train.words), valid: ("human numbers, valid", valid, valid.words))
  }

  /// Two texts in the human-numbers form, one number or any one text a line; the names are for messages.
  ///
  /// The vocabulary is that of the train text; other words of the valid text become `xxunk`.
  ///
  /// - Throws: for a text that is empty, not UTF-8, or of a single line.
  public static func read(
    train: (name: String, bytes: [UInt8]), valid: (name: String, bytes: [UInt8])
  ) throws(CorpusError) -> (train: Corpus, valid: Corpus) {
    let trainText = try TextDocument(train.bytes, name: train.name)
    let validText = try TextDocument(valid.bytes, name: valid.name)
    return pair(train: (train.name, trainText, trainText.words), valid: (valid.name, validText, validText.words))
  }

  /// Random tokens below `vocabulary`, as many as the human numbers have: for benchmarks.
  public static func random(vocabulary count: Int, seed: UInt64) -> (train: Corpus, valid: Corpus) {
    let vocabulary = Vocabulary(tokens: (0..<count).map { "\($0)" })
    func corpus(_ split: String, _ length: Int, _ seed: UInt64) -> Corpus {
      Corpus(
        name: "random tokens, \(split)", vocabulary: vocabulary,
        document: RandomDocument(count: length, vocabulary: count, seed: seed), ids: nil)
    }
    return (corpus("train", 50_079, seed), corpus("valid", 13_017, seed &+ 1))
  }

  /// Tokens that somebody else keeps, with the vocabulary that their ids are of.
  ///
  /// - read: gives the ids in a range within 0 ..< `count`.
  package init(
    name: String, vocabulary: Vocabulary, count: Int, read: @escaping @Sendable (Range<Int>) -> [Int32]
  ) {
    self.init(name: name, vocabulary: vocabulary, document: KeptDocument(count: count, read: read), ids: nil)
  }

  private static func pair(
    train: (name: String, document: any Document, words: WordCounts),
    valid: (name: String, document: any Document, words: WordCounts)
  ) -> (train: Corpus, valid: Corpus) {
    let vocabulary = Vocabulary(frequencies: zip(train.words.words, train.words.counts).map { ($0, $1) })
    func corpus(_ split: (name: String, document: any Document, words: WordCounts)) -> Corpus {
      Corpus(
        name: split.name, vocabulary: vocabulary, document: split.document, ids: vocabulary.ids(of: split.words.words))
    }
    return (corpus(train), corpus(valid))
  }

  private init(name: String, vocabulary: Vocabulary, document: any Document, ids: [Int32]?) {
    self.name = name
    self.vocabulary = vocabulary
    self.document = document
    self.ids = ids
  }
}

/// A document whose tokens are kept elsewhere.
private struct KeptDocument: Document {
  let count: Int
  let read: @Sendable (Range<Int>) -> [Int32]

  func places(_ range: Range<Int>) -> [Int32] { read(range) }
}
