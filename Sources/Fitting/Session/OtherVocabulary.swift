internal import Configuration
internal import Corpus
internal import Files
internal import Models

/// Weights that are of another vocabulary than the texts.
struct OtherVocabulary {
  /// For each token of the texts its row in the weights' tensors; nil for one that they lack.
  private let rows: [Int?]
  /// The tokens of the weights' vocabulary.
  let count: Int
  /// How many tokens of the texts the weights know.
  var shared: Int { rows.count { $0 != nil } }

  /// - Throws: `RunError` with status `badData` for weights that don't say their vocabulary, and for one that has no
  ///   token in common with the texts'.
  init(_ header: SafetensorsHeader, _ file: String, _ vocabulary: [String]) throws(RunError) {
    guard let text = header.metadata["vocabulary"],
      case .array(let tokens)? = try? JSONValue(parsing: Array(text.utf8))
    else {
      throw RunError(
        "the weights don't say their vocabulary", at: file,
        remedy: "give weights with its metadata, or take them for the same vocabulary without --new-vocabulary",
        status: .badData)
    }
    let words = tokens.map { if case .string(let token) = $0 { token } else { "" } }
    count = words.count
    // Canonically equivalent words are two. Of equal ones the last counts, as where texts are read.
    let known = Dictionary(words.enumerated().map { (Array($1.utf8), $0) }, uniquingKeysWith: { $1 })
    rows = vocabulary.map { known[Array($0.utf8)] }
    let specials = Set(Vocabulary.specials + ["xxfake"])
    // Punctuation is in all texts.
    func isWord(_ token: String) -> Bool {
      !specials.contains(token)
        && token.unicodeScalars.contains { $0.properties.isAlphabetic || $0.properties.numericType != nil }
    }
    guard zip(vocabulary, rows).contains(where: { $1 != nil && isWord($0) }) else {
      throw RunError(
        "the weights know no word of the texts", at: file,
        remedy: "give weights of texts that were cut into tokens the same way", status: .badData)
    }
  }

  /// A tensor with a row for each token of the texts, from one with a row for each of the weights': a token that both
  /// have keeps its row, any other begins at the mean of all, as fastai's `convert_weights` has it.
  ///
  /// - values: (the weights' tokens, width).
  func convert(_ values: [Float]) -> [Float] {
    let width = values.count / count
    let mean = (0..<width).map { column in
      Float((0..<count).reduce(0) { $0 + Double(values[$1 * width + column]) } / Double(count))
    }
    var result: [Float] = []
    result.reserveCapacity(rows.count * width)
    for row in rows {
      if let row { result += values[(row * width)..<((row + 1) * width)] } else { result += mean }
    }
    return result
  }
}
