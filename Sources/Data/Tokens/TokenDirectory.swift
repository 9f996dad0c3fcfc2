internal import Corpus
public import Files
internal import SystemPackage
public import Tokenization

/// What token files are made of, and how.
public struct TokenizeOptions: Sendable {
  /// Texts in UTF-8: those to train on, or, without `validFiles`, to train and validate on.
  public var files: [String]
  /// Texts to validate on; without any, the end of `files` is used.
  public var validFiles: [String] = []
  /// How texts are cut into tokens.
  public var tokenizer = TokenizerKind.word
  /// How often a token must occur in the train split to be in the vocabulary.
  public var minimumFrequency = 2
  /// Tokens in the vocabulary at most.
  public var maximumVocabulary = 60_000
  /// The share of the bytes that is validated on, without `validFiles`.
  public var validFraction = 0.1
  /// Threads that work at it; the files don't depend on their number.
  public var threads = 1
  /// Bytes of a piece of text at most.
  var chunkSize = 1 << 20

  /// The defaults for some files.
  public init(files: [String]) { self.files = files }

  package static let minimumFrequencyBounds = ValueBounds<Int>.from(1)
  package static let maximumVocabularyBounds = ValueBounds<Int>.from(16, to: 16_777_216)
  package static let validFractionBounds = ValueBounds<Double>.properShare

  /// Throws a usage error that names the property whose value is out of bounds.
  func check() throws(RunError) {
    try ValueBounds.each(.named("give a file")).check(files, "file", at: "files")
    try ValueBounds.each(.named("give a file")).check(validFiles, "file", at: "validFiles")
    try Self.minimumFrequencyBounds.check(minimumFrequency, "frequency", at: "minimumFrequency")
    try Self.maximumVocabularyBounds.check(maximumVocabulary, "vocabulary size", at: "maximumVocabulary")
    try Self.validFractionBounds.check(validFraction, "share", at: "validFraction")
    try ValueBounds<Int>.threads.check(threads, "number of threads", at: "threads")
  }

  var json: JSONValue {
    .object([
      ("min-freq", .integer(minimumFrequency)), ("max-vocab", .integer(maximumVocabulary)),
      ("valid-fraction", validFiles.isEmpty ? .number(validFraction) : .null),
    ])
  }
}

/// What `TokenDirectory.make` has made.
public struct TokenizeReport: Sendable {
  /// Tokens of the splits.
  public let trainTokens, validTokens: Int
  /// Distinct tokens of the train split, and those of them that the vocabulary has, with specials and padding.
  public let distinct, vocabulary: Int
  /// Tokens of the train split that the vocabulary lacks.
  public let unknown: Int
  /// By how much a count may be too low, since rare tokens were forgotten; 0 for none.
  public let uncertainty: Int
}

/// How far the making of token files has come.
public struct TokenizeProgress: Sendable {
  /// The first pass counts, the second one encodes.
  public let pass: Int
  /// Bytes done in this pass, and in all: of text in the first, of numbers in the second.
  public let bytes, of: Int
}

/// A directory of two token files, `train.tokens` and `valid.tokens`, with one vocabulary.
public enum TokenDirectory {
  static func path(_ directory: String, _ split: DataSplit) -> FilePath {
    FilePath(named: directory).appending("\(split.rawValue).tokens")
  }

  /// Makes token files of texts in two passes: the first cuts the texts into tokens, counts them and writes their
  /// numbers to temporary files in the directory, 4 bytes each; the second turns numbers into ids. A text is read piece
  /// by piece, so memory is bounded by `TokenCounts`' limit, a piece for each thread, and 4 bytes for each distinct
  /// token. Each document begins with `xxbos`.
  ///
  /// - watch: called from time to time, on this thread; what it throws ends the work.
  /// - Throws: what `watch` throws; `RunError` for options out of their bounds, a text that can't be read or isn't
  ///   UTF-8, and a directory that isn't empty or can't be written to. Nothing is left in the directory.
  public static func make(
    _ directory: String, _ options: TokenizeOptions, watch: (TokenizeProgress) throws(RunError) -> Void = { _ in }
  ) throws -> TokenizeReport {
    try options.check()
    let sources =
      try options.validFiles.isEmpty
      ? TextSources(options.files, validFraction: options.validFraction)
      : TextSources(train: options.files, valid: options.validFiles)
    let path = FilePath(named: directory)
    try FileOperations.makeDirectories(path)
    // It is named, since it may be hidden.
    if let name = FileOperations.names(in: path).min() {
      throw RunError(
        "the output directory isn't empty", at: path.appending(name).named,
        remedy: "choose another directory or empty that one", status: .inputOutput)
    }
    try FileOperations.probe(path)
    let numbers = try DataSplit.allCases.map { split in
      try NumberFile(path.appending(".\(split.rawValue).numbers"))
    }
    defer { for file in numbers { file.remove() } }
    let countPass = try TokenCountPass.take(sources, options, to: numbers) { bytes throws(RunError) in
      try watch(TokenizeProgress(pass: 1, bytes: bytes, of: sources.size))
    }
    let vocabulary = countPass.counts.vocabulary(
      minimum: options.minimumFrequency, maximum: options.maximumVocabulary)
    let counts = countPass.counts.counts(of: vocabulary)
    let files = sources.files.enumerated().map { index, file in
      JSONValue.object([
        ("name", .string(file.path)), ("bytes", .integer(file.size)), ("sha256", .string(countPass.digests[index])),
      ])
    }
    var writers: [TokenFileWriter] = []
    do {
      let ids = countPass.counts.ids(in: vocabulary)
      let total = numbers.map(\.count).reduce(0, +)
      var done = 0
      for (split, file) in zip(DataSplit.allCases, numbers) {
        let header = TokenHeader(
          tokenizer: options.tokenizer, split: split, options: options.json, sources: .array(files), counts: counts,
          vocabulary: vocabulary.tokens, count: file.count)
        let writer = try TokenFileWriter(Self.path(directory, split), header)
        writers.append(writer)
        try file.read { part throws(RunError) in
          try writer.append(part.map { $0 < 0 ? Vocabulary.unknown : ids[Int($0)] })
          done += part.count
          try watch(TokenizeProgress(pass: 2, bytes: 4 * done, of: 4 * total))
        }
        try writer.finish()
      }
      for writer in writers { try writer.publish() }
      try FileOperations.synchronise(path)
    } catch {
      for writer in writers { writer.abandon() }
      throw error
    }
    return TokenizeReport(
      trainTokens: numbers[0].count, validTokens: numbers[1].count, distinct: countPass.counts.distinct,
      vocabulary: vocabulary.count, unknown: counts[Int(Vocabulary.unknown)], uncertainty: countPass.counts.uncertainty)
  }
}
