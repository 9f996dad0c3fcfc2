/// The tokens a model knows, in fastai's order: nine specials, then words by falling frequency (of equal ones the first seen),
/// those seen at least twice, padded with `xxfake` to a multiple of 8. A token's id is its place.
public struct Vocabulary: Sendable, Equatable {
  /// fastai's special tokens.
  public static let specials = [
    "xxunk", "xxpad", "xxbos", "xxeos", "xxfld", "xxmaj", "xxup", "xxrep", "xxwrep",
  ]
  /// The tokens by id.
  public let tokens: [String]

  /// Builds the vocabulary from words with their frequencies, in the order in which they were first seen.
  public init(frequencies: [(word: String, count: Int)], minimum: Int = 2) {
    let kept = frequencies.enumerated()
      .filter { $0.element.count >= minimum && !Self.specials.contains($0.element.word) }
      .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
      .map(\.element.word)
    let real = Self.specials + kept
    tokens = real + Array(repeating: "xxfake", count: (8 - real.count % 8) % 8)
  }

  /// Takes the tokens as they are.
  init(tokens: [String]) { self.tokens = tokens }

  /// Number of tokens, padding included.
  public var count: Int { tokens.count }

  /// The id of each distinct token.
  public var ids: [String: Int32] {
    Dictionary(tokens.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
  }

  /// The text of token ids, separated by spaces.
  public func textify(_ ids: some Sequence<Int32>) -> String {
    ids.map { tokens[Int($0)] }.joined(separator: " ")
  }
}
