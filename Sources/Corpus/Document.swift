/// A text as tokens, which can be read again from any of them on: one pass has counted its words, further ones make the
/// tokens that are asked for.
///
/// A token is given as a word's place: each distinct word is numbered by its first appearance.
protocol Document: Sendable {
  /// Number of tokens.
  var count: Int { get }
  /// The places of the tokens in `range`, within 0 ..< `count`; no others are kept.
  func places(_ range: Range<Int>) -> [Int32]
}

/// The distinct words of a document in the order first seen, with how often each was seen.
struct WordCounts: Sendable {
  /// The words by place.
  private(set) var words: [String] = []
  /// How often each was seen.
  private(set) var counts: [Int] = []
  /// Tokens counted.
  private(set) var total = 0

  /// Counts the token that every document begins with.
  init() { count(add("xxbos")) }

  /// Gives the next place to a word not seen before, which is then to be counted.
  mutating func add(_ word: String) -> Int32 {
    words.append(word)
    counts.append(0)
    return Int32(words.count - 1)
  }

  /// Counts the word at that place once more.
  mutating func count(_ place: Int32) {
    counts[Int(place)] += 1
    total += 1
  }
}
