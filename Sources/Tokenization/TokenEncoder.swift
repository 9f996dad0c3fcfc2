public import Corpus

/// Gives tokens their ids in a vocabulary.
public struct TokenEncoder: Sendable {
  private let table: WordTable

  /// Ids of that vocabulary.
  public init(_ vocabulary: Vocabulary) {
    var table = WordTable()
    // The last of equal tokens counts, as in fastai: the padding's.
    for (id, token) in vocabulary.tokens.enumerated().reversed() {
      let bytes = Array(token.utf8)
      _ = table.place(of: bytes.indices, in: bytes, ifNew: Int32(id))
    }
    self.table = table
  }

  /// The ids; that of `xxunk` for tokens that the vocabulary lacks.
  public func ids(of tokens: TokenBuffer) -> [Int32] {
    let bytes = tokens.bytes
    var result: [Int32] = []
    result.reserveCapacity(tokens.count)
    tokens.forEach { range in result.append(id(range, of: bytes)) }
    return result
  }

  @inline(__always)
  func id(_ range: Range<Int>, of bytes: [UInt8]) -> Int32 {
    table.place(of: range, in: bytes) ?? Vocabulary.unknown
  }
}
