package import Data

extension RunConfiguration {
  /// Where the texts come from: token files, random tokens, text files, or the human numbers.
  package var dataSource: DataSource {
    if let dataDirectory { return .tokens(dataDirectory) }
    if let randomVocabulary { return .random(vocabulary: randomVocabulary, seed: seed) }
    if let trainFile, let validFile { return .files(train: trainFile, valid: validFile) }
    return .humanNumbers
  }
}
