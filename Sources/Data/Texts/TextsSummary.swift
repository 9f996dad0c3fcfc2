package import Corpus
package import Files

/// What is known of a run's texts before it begins: whether its streams can be laid over them, and what is in them.
package struct TextsSummary: Sendable {
  /// Both texts: what errors call one, its tokens, and SHA-256 as hex digits; empty for one that is built in.
  package let train, valid: (name: String, tokens: Int, digest: String)
  /// The vocabulary.
  package let vocabulary: Vocabulary
  /// Whether they are token files.
  package let areTokenFiles: Bool

  /// Reads text files, and of token files the headers.
  ///
  /// - Throws: `RunError` where a text is missing or damaged.
  package init(_ source: DataSource) throws(RunError) {
    let corpora: (train: Corpus, valid: Corpus)
    // 64 digits for each text.
    var digest = ""
    switch source {
    case .humanNumbers: corpora = Corpus.humanNumbers()
    case .random(let vocabulary, let seed): corpora = Corpus.random(vocabulary: vocabulary, seed: seed)
    case .files(let train, let valid):
      do {
        let files = try Corpora.files(train: train, valid: valid)
        (corpora, digest) = ((files.train, files.valid), files.digest ?? "")
      } catch {
        throw error as? RunError
          ?? RunError("\(error)", at: train, remedy: "check its name and permissions", status: .badData)
      }
      try SafetensorsFile.checkLength(of: corpora.train.vocabulary, at: train)
    case .tokens(let directory):
      let files = try TokenFiles.open(directory, headers: TokenFiles.readHeaders(directory))
      (corpora, digest) = ((files.train.corpus(), files.valid.corpus()), Texts.digest(files.train, files.valid))
      try SafetensorsFile.checkLength(of: corpora.train.vocabulary, at: directory)
    }
    train = (corpora.train.name, corpora.train.count, String(digest.prefix(64)))
    valid = (corpora.valid.name, corpora.valid.count, String(digest.dropFirst(64)))
    vocabulary = corpora.train.vocabulary
    areTokenFiles = if case .tokens = source { true } else { false }
  }

  /// The files with their digests; none of texts that are built in.
  package var files: [(path: String, digest: String)] {
    [train, valid].filter { !$0.digest.isEmpty }.map { ($0.name, $0.digest) }
  }
}
