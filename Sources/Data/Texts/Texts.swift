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
  }

  /// A text as UTF-8 to validate on, one document, cut into tokens of a vocabulary that is there already. It stands for the text to
  /// train on, too, which nobody looks at.
  package init(_ name: String, _ bytes: [UInt8], _ vocabulary: Vocabulary, _ kind: TokenizerKind) throws(RunError) {
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      throw RunError(
        "not UTF-8 text (byte \(error.byteOffsets.lowerBound))", at: name,
        remedy: "convert it to UTF-8, or unpack it if it is packed",
        status: .badData)
    }
    var tokenizer = Tokenizer(kind)
    var tokens = TokenBuffer()
    tokens.appendBegin()
    tokenizer.tokenize(bytes, endsDocument: true, into: &tokens)
    guard tokens.count > 1 else {
      throw RunError("empty text", at: name, remedy: "give a text with some words", status: .badData)
    }
    let ids = TokenEncoder(vocabulary).ids(of: tokens)
    let corpus = Corpus(name: name, vocabulary: vocabulary, count: ids.count) { Array(ids[$0]) }
    self.init(train: corpus, valid: corpus)
    self.tokenizer = kind
  }

  private init(train: Corpus, valid: Corpus) {
    self.train = train
    self.valid = valid
  }

  /// The texts of a source. Collective; every worker throws the same `RunError` when a file is missing or damaged.
  ///
  /// Texts are read by worker 0 and sent to the others. Of token files, worker 0 reads the headers, and every worker the tokens of its
  /// own streams.
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
      } catch {
        throw RunError(error.problem, at: error.place, remedy: error.remedy, status: .badData)
      }
      digest = hexadecimal(SHA256.hash(data: trainBytes)) + hexadecimal(SHA256.hash(data: validBytes))
    case .humanNumbers:
      let corpora = Corpus.humanNumbers()
      self.init(train: corpora.train, valid: corpora.valid)
    }
  }

  private init(_ directory: String, batchSize: Int, bptt: Int, _ team: any Team) throws {
    let headers = try SharedFile.share(team) { () throws(RunError) in try TokenFiles.readHeaders(directory) }
    let own = team.lanes.streams(ofWorker: team.rank, of: team.size)
    let files = try SharedFile.agree(team) { () throws(RunError) in
      let files = try TokenFiles.open(directory, headers: headers)
      for file in [files.train, files.valid] {
        // Sizes that don't fit are told when the streams are laid.
        let plan = try? Streams(tokenCount: file.count, batchSize: batchSize, bptt: bptt, name: "")
        try file.check(plan?.parts(of: own) ?? [])
      }
      return files
    }
    self.init(train: files.train.corpus(), valid: files.valid.corpus())
    tokenizer = files.train.header.tokenizer
    digest = files.train.header.digest + files.valid.header.digest
    self.files = files
  }
}
