/// The tokens a model knows, in fastai's order: nine specials, then words by falling frequency (of equal ones the first
/// seen), those seen at least twice, padded with `xxfake` to a multiple of 8. A token's id is its place.
public struct Vocabulary: Sendable, Equatable {
  /// fastai's special tokens.
  public static let specials = [
    "xxunk", "xxpad", "xxbos", "xxeos", "xxfld", "xxmaj", "xxup", "xxrep", "xxwrep",
  ]
  /// The id of `xxunk`, which stands for every word that the vocabulary lacks.
  public static let unknown: Int32 = 0

  /// The tokens by id.
  public let tokens: [String]

  /// Builds the vocabulary from distinct words with their frequencies, in the order in which they were first seen.
  ///
  /// - minimum: how often a word must have been seen.
  /// - maximum: tokens at most, specials included; a vocabulary of so many isn't padded.
  public init(frequencies: [(word: String, count: Int)], minimum: Int = 2, maximum: Int = 60_000) {
    let specials = Set(Self.specials.map { Array($0.utf8) })
    let kept = frequencies.enumerated()
      .filter { $0.element.count >= minimum && !specials.contains(Array($0.element.word.utf8)) }
      .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
      .map(\.element.word)
    let real = Array((Self.specials + kept).prefix(maximum))
    let padding = real.count < maximum ? (8 - real.count % 8) % 8 : 0
    self.init(tokens: real + Array(repeating: "xxfake", count: padding))
  }

  /// Takes the tokens as they are.
  package init(tokens: [String]) { self.tokens = tokens }

  /// Number of tokens, padding included.
  public var count: Int { tokens.count }

  /// The id of each of `words`; that of `xxunk` for one that the vocabulary lacks.
  ///
  /// - Complexity: linear in the vocabulary and the words.
  public func ids(of words: [String]) -> [Int32] {
    // Strings as keys would take canonically equivalent words for one, as Python does not, and hash a word of many
    // combining marks in quadratic time. The last of equal tokens counts, as in fastai: the padding's.
    let ids = Dictionary(tokens.enumerated().map { (Array($1.utf8), Int32($0)) }, uniquingKeysWith: { $1 })
    return words.map { ids[Array($0.utf8)] ?? Self.unknown }
  }

  /// The text of token ids, separated by spaces.
  public func textify(_ ids: some Sequence<Int32>) -> String {
    ids.map { tokens[Int($0)] }.joined(separator: " ")
  }
}
