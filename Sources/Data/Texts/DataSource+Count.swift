internal import Corpus
package import Files

extension DataSource {
  /// Tokens to train on, as this process finds them: of token files by their headers, of texts by reading them.
  ///
  /// - Throws: `RunError` where a text is missing or damaged.
  package func trainTokenCount() throws(RunError) -> Int {
    switch self {
    case .humanNumbers: return Corpus.humanNumbers().train.count
    case .random(let vocabulary, let seed): return Corpus.random(vocabulary: vocabulary, seed: seed).train.count
    case .tokens(let directory):
      return try TokenFiles.open(directory, headers: TokenFiles.readHeaders(directory)).train.count
    case .files(let train, let valid):
      do {
        return try Corpora.files(train: train, valid: valid).train.count
      } catch {
        throw error as? RunError
          ?? RunError("\(error)", at: train, remedy: "check its name and permissions", status: .badData)
      }
    }
  }
}
