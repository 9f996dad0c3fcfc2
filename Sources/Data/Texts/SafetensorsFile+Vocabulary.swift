package import Corpus
package import Files

extension SafetensorsFile {
  /// Throws unless a file with that vocabulary in its metadata can be read back, whatever else its header has.
  ///
  /// - place: where the vocabulary comes from.
  package static func checkLength(of vocabulary: Vocabulary, at place: String) throws(RunError) {
    let length = metadataLength(of: vocabulary)
    // Names, shapes and offsets of all tensors take some kilobytes.
    guard length + (1 << 20) > maximumHeader else { return }
    throw RunError(
      "a vocabulary of \(length) bytes is too long for a file of weights, which takes \(maximumHeader) at most",
      at: place, remedy: "split long words, or make token files with `dist-train tokenize --max-vocab`",
      status: .badData)
  }

  /// Bytes of the vocabulary as metadata: a JSON string, in which there is a JSON array of strings.
  ///
  /// - Complexity: linear in the tokens' bytes, of which none is copied.
  package static func metadataLength(of vocabulary: Vocabulary) -> Int {
    // The brackets and the outer quotation marks; two times `\"` around each token, commas between them.
    var length = 4 + max(0, vocabulary.count - 1)
    for token in vocabulary.tokens {
      length += 4
      for scalar in token.unicodeScalars {
        switch scalar {
        case "\"", "\\": length += 4
        case "\n", "\r", "\t": length += 3
        case "\u{00}"..<"\u{20}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}": length += 7
        default: length += UTF8.width(scalar)
        }
      }
    }
    return length
  }
}
