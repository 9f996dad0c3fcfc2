/// The tokens a model knows, in fastai's order: nine specials, then words by falling frequency (of equal ones the first seen),
/// those seen at least twice, padded with `xxfake` to a multiple of 8. A token's id is its place.
public struct Vocabulary: Sendable, Equatable {
  /// fastai's special tokens.
  public static let specials = [
    "xxunk", "xxpad", "xxbos", "xxeos", "xxfld", "xxmaj", "xxup", "xxrep", "xxwrep",
  ]
  /// The id of `xxunk`, which stands for every word that the vocabulary lacks.
  public static let unknown: Int32 = 0

  /// The tokens by id.
  public let tokens: [String]

  /// Ids by the tokens' UTF-8. Strings as keys would take canonically equivalent words for one, as Python does not,
  /// and hash a word of many combining marks in quadratic time.
  private let ids: [[UInt8]: Int32]

  /// Builds the vocabulary from distinct words with their frequencies, in the order in which they were first seen.
  public init(frequencies: [(word: String, count: Int)], minimum: Int = 2) {
    let specials = Set(Self.specials.map { Array($0.utf8) })
    let kept = frequencies.enumerated()
      .filter { $0.element.count >= minimum && !specials.contains(Array($0.element.word.utf8)) }
      .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
      .map(\.element.word)
    let real = Self.specials + kept
    self.init(tokens: real + Array(repeating: "xxfake", count: (8 - real.count % 8) % 8))
  }

  /// Takes the tokens as they are.
  init(tokens: [String]) {
    self.tokens = tokens
    // The last of equal ones, as in fastai: the padding's.
    ids = Dictionary(tokens.enumerated().map { (Array($1.utf8), Int32($0)) }, uniquingKeysWith: { $1 })
  }

  /// Number of tokens, padding included.
  public var count: Int { tokens.count }

  /// The id of a token; that of `xxunk` for one that the vocabulary lacks.
  public subscript(token: String) -> Int32 { ids[Array(token.utf8)] ?? Self.unknown }

  /// The text of token ids, separated by spaces.
  public func textify(_ ids: some Sequence<Int32>) -> String {
    ids.map { tokens[Int($0)] }.joined(separator: " ")
  }
}
