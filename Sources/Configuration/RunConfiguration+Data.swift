package import Data

extension RunConfiguration {
  /// Where the texts come from: token files, random tokens, text files, or the human numbers.
  package var dataSource: DataSource {
    if let dataDirectory { return .tokens(dataDirectory) }
    if let randomVocabulary { return .random(vocabulary: randomVocabulary, seed: seed) }
    if let trainFile, let validFile { return .files(train: trainFile, valid: validFile) }
    return .humanNumbers
  }

  /// Has the texts come from there.
  package mutating func take(_ source: DataSource) {
    (dataDirectory, randomVocabulary, trainFile, validFile) = (nil, nil, nil, nil)
    switch source {
    case .tokens(let directory): dataDirectory = directory
    // Their seed is the configuration's.
    case .random(let vocabulary, _): randomVocabulary = vocabulary
    case .files(let train, let valid): (trainFile, validFile) = (train, valid)
    case .humanNumbers: break
    }
  }
}
