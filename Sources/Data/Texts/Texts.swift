internal import Corpus
private import Crypto
package import Files
internal import Jobs
package import Teams
internal import Tokenization

/// What a session trains and validates on.
package struct Texts: Sendable {
  package let train, valid: Corpus
  /// How they were cut into tokens.
  package var tokenizer = TokenizerKind.lines
  /// SHA-256 of both, as hex digits; nil for those built in.
  package var digest: String?
  /// The token files, where there are some.
  package var files: (train: MappedTokens, valid: MappedTokens)?

  /// Corpora that every worker has.
  package init(_ corpora: Corpora) {
    self.init(train: corpora.train, valid: corpora.valid)
    tokenizer = corpora.tokenizer
    digest = corpora.digest
  }

  /// A text file to validate on, one document, cut into the tokens of `vocabulary`. It also takes the place of the text
  /// to train on, which isn't used. Collective; see `StreamedText`.
  ///
  /// - count: number of its tokens (`tokenCount`); batchSize, bptt: of the streams that are laid over it.
  package init(
    _ path: String, _ vocabulary: Vocabulary, _ kind: TokenizerKind, count: Int, batchSize: Int, bptt: Int,
    _ team: any Team
  ) throws {
    let tokens = try StreamedText.tokens(path, vocabulary, kind, count: count, batchSize: batchSize, bptt: bptt, team)
    self.init(train: tokens.corpus(), valid: tokens.corpus())
    tokenizer = kind
    files = (tokens, tokens)
  }

  /// Number of tokens of a text file that is cut by `vocabulary`, as this process reads it.
  ///
  /// - Throws: for a text that can't be read, isn't a regular file, isn't UTF-8, or is empty.
  package static func tokenCount(
    _ path: String, _ vocabulary: Vocabulary, _ kind: TokenizerKind
  ) throws(RunError) -> Int {
    try StreamedText.count(path, vocabulary, kind)
  }

  private init(train: Corpus, valid: Corpus) {
    self.train = train
    self.valid = valid
  }

  /// The texts of a source. Collective; every worker throws the same `RunError` when a file is missing or damaged.
  ///
  /// Texts are read by worker 0 and sent to the others. Of token files, worker 0 reads the headers, and every worker
  /// the tokens of its own streams.
  ///
  /// - batchSize, bptt: of the streams that are laid over them.
  package init(_ source: DataSource, batchSize: Int, bptt: Int, _ team: any Team) throws {
    switch source {
    case .tokens(let directory):
      try self.init(directory, batchSize: batchSize, bptt: bptt, team)
    case .random(let vocabulary, let seed):
      let corpora = Corpus.random(vocabulary: vocabulary, seed: seed)
      self.init(train: corpora.train, valid: corpora.valid)
    case .files(let train, let valid):
      let trainBytes = try SharedFile.read(train, team)
      let validBytes = try SharedFile.read(valid, team)
      do {
        let corpora = try Corpus.read(train: (train, trainBytes), valid: (valid, validBytes))
        self.init(train: corpora.train, valid: corpora.valid)
        try SafetensorsFile.checkLength(of: corpora.train.vocabulary, at: train)
      } catch let error as CorpusError {
        throw RunError(error.problem, at: error.place, remedy: error.remedy, status: .badData)
      }
      digest = Self.digest(train: trainBytes, valid: validBytes)
    case .humanNumbers:
      let corpora = Corpus.humanNumbers()
      self.init(train: corpora.train, valid: corpora.valid)
    }
  }

  /// SHA-256 of a source's texts, as hex digits, as this process reads them; nil for those built in.
  ///
  /// - Throws: `RunError` where a text is missing or damaged.
  package static func digest(of source: DataSource) throws(RunError) -> String? {
    switch source {
    case .humanNumbers, .random: return nil
    case .tokens(let directory):
      let files = try TokenFiles.open(directory, headers: TokenFiles.readHeaders(directory))
      return files.train.header.digest + files.valid.header.digest
    case .files(let train, let valid):
      var digest = ""
      for path in [train, valid] {
        let bytes = try InputFile.bytes(path, remedy: "check its name and permissions")
        digest += hexadecimal(SHA256.hash(data: bytes))
      }
      return digest
    }
  }

  private init(_ directory: String, batchSize: Int, bptt: Int, _ team: any Team) throws {
    let headers = try SharedOutcome.share(team) { () throws(RunError) in try TokenFiles.readHeaders(directory) }
    let own = team.lanes.streams(ofWorker: team.rank, of: team.size)
    let files = try SharedOutcome.agree(team) { () throws(RunError) in
      let files = try TokenFiles.open(directory, headers: headers)
      for file in [files.train, files.valid] {
        // Sizes that don't fit are reported when the streams are cut.
        let plan = try? Streams(tokenCount: file.count, batchSize: batchSize, bptt: bptt, name: "")
        try file.check(plan?.parts(of: own) ?? [])
      }
      return files
    }
    self.init(train: files.train.corpus(), valid: files.valid.corpus())
    try SafetensorsFile.checkLength(of: train.vocabulary, at: directory)
    tokenizer = files.train.header.tokenizer
    digest = Self.digest(files.train, files.valid)
    self.files = files
  }

  /// SHA-256 of two texts, as hex digits.
  static func digest(train: [UInt8], valid: [UInt8]) -> String {
    hexadecimal(SHA256.hash(data: train)) + hexadecimal(SHA256.hash(data: valid))
  }

  /// That of two token files, from their headers.
  static func digest(_ train: MappedTokens, _ valid: MappedTokens) -> String {
    train.header.digest + valid.header.digest
  }
}
