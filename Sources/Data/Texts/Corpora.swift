@_exported public import Corpus
internal import Files
@_exported public import Tokenization

// Corpora, vocabularies and tokens are part of this library's interface, so that `import Training` is all a program
// needs.

/// What a language model is trained and validated on: two texts with the vocabulary of the first.
public struct Corpora: Sendable {
  /// The text to train on.
  public let train: Corpus
  /// How the texts were cut into tokens.
  public private(set) var tokenizer = TokenizerKind.lines
  /// The text to validate on; words that the train text hasn't got at least twice are `xxunk`.
  public let valid: Corpus
  /// Where a command finds the same texts; nil where it can't.
  package private(set) var source: DataSource?
  /// SHA-256 of both texts, as hex digits; nil for those built in.
  package private(set) var digest: String?

  /// fast.ai's *human numbers*, built in: one … seven thousand nine hundred ninety nine to train on, eight thousand one
  /// … nine thousand nine hundred ninety nine to validate on; 50,079 and 13,017 tokens, 40 in the vocabulary.
  public static var humanNumbers: Corpora {
    var corpora = Corpora(Corpus.humanNumbers())
    corpora.source = .humanNumbers
    return corpora
  }

  /// Two text files in the human-numbers form: UTF-8, one number or any one text a line.
  ///
  /// - Throws: `RunError` with status `inputOutput` for a file that can't be read, `badData` for one that is empty, of
  ///   a single line, or not UTF-8.
  public static func files(train: String, valid: String) throws -> Corpora {
    var corpora = try Corpora(train: (train, read(train)), valid: (valid, read(valid)))
    corpora.source = .files(train: train, valid: valid)
    return corpora
  }

  /// The token files in a directory, as `TokenDirectory` makes them; tokens are read when they are asked for.
  ///
  /// - Throws: `RunError` with status `inputOutput` for a file that can't be read, `badData` for one that is damaged.
  public static func tokens(_ directory: String) throws -> Corpora {
    let (train, valid) = try TokenFiles.open(directory, headers: TokenFiles.readHeaders(directory))
    for split in [train, valid] { try split.check([0..<split.count]) }
    var corpora = Corpora((train.corpus(), valid.corpus()))
    corpora.tokenizer = train.header.tokenizer
    corpora.source = .tokens(directory)
    corpora.digest = Texts.digest(train, valid)
    return corpora
  }

  /// One text file, whose last lines are validated on: `validFraction` of them, at least two and at most all but two.
  ///
  /// - Throws: `RunError` with status `inputOutput` for a file that can't be read, `badData` for one with fewer than
  ///   four lines, or not UTF-8, `usage` for a share that isn't between 0 and 1.
  public static func file(_ path: String, validFraction: Double = 0.2) throws -> Corpora {
    try TokenizeOptions.validFractionBounds.check(validFraction, "share", at: "validFraction")
    let bytes = try read(path)
    let starts = lineStarts(bytes)
    guard starts.count >= 4 else {
      throw RunError(
        "text of \(starts.count) lines", at: path, remedy: "give a file with one text a line, at least four",
        status: .badData)
    }
    let lines = Int((validFraction * Double(starts.count)).rounded().clamped(to: 2...Double(starts.count - 2)))
    let split = starts[starts.count - lines]
    return try Corpora(
      train: ("\(path), train", Array(bytes[..<split])), valid: ("\(path), valid", Array(bytes[split...])))
  }

  /// Two texts in the human-numbers form as UTF-8; the names are for messages.
  ///
  /// - Throws: `RunError` with status `badData` for a text that is empty, of a single line, or not UTF-8.
  public init(train: (name: String, bytes: [UInt8]), valid: (name: String, bytes: [UInt8])) throws {
    do {
      self.init(try Corpus.read(train: train, valid: valid))
      digest = Texts.digest(train: train.bytes, valid: valid.bytes)
    } catch {
      throw RunError(error.problem, at: error.place, remedy: error.remedy, status: .badData)
    }
  }

  private init(_ pair: (train: Corpus, valid: Corpus)) {
    train = pair.train
    valid = pair.valid
  }

  private static func read(_ path: String) throws -> [UInt8] {
    try InputFile.bytes(path, remedy: "check its name and permissions")
  }

  /// Where the lines begin that have a character other than LF and CR.
  private static func lineStarts(_ bytes: [UInt8]) -> [Int] {
    var starts: [Int] = []
    var isAtStart = true
    for (index, byte) in bytes.enumerated() {
      let ends = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
      if isAtStart && !ends { starts.append(index) }
      isAtStart = ends
    }
    return starts
  }
}
