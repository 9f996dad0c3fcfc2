internal import Corpus

extension SafetensorsFile {
  /// Throws unless a file with that vocabulary in its metadata can be read back, whatever else its header has.
  ///
  /// - place: where the vocabulary comes from.
  static func checkLength(of vocabulary: Vocabulary, at place: String) throws(RunError) {
    // Metadata are strings, so the array's text is quoted once more.
    let text = JSONValue.array(vocabulary.tokens.map { .string($0) }).text
    let length = JSONValue.string(text).text.utf8.count
    // Names, shapes and places of all tensors take some kilobytes.
    guard length + (1 << 20) > maximumHeader else { return }
    throw RunError(
      "a vocabulary of \(length) bytes is too long for a file of weights, which takes \(maximumHeader) at most",
      at: place, remedy: "split long words, or make token files with `dist-train tokenize --max-vocab`",
      status: .badData)
  }
}
