/// A text as tokens: `xxbos`, then its words and commas, each distinct word numbered by its first appearance.
///
/// Words are spelled once, in `words`; the text itself is a sequence of places in it, so that counting frequencies and
/// looking up ids costs an array access a token.
struct Document: Sendable {
  /// Distinct words in the order first seen.
  private(set) var words: [String] = []
  /// How often each was seen.
  private(set) var counts: [Int] = []
  /// The tokens, as places in `words`.
  private(set) var sequence: [Int32] = []
  private var comma: Int32 = -1

  /// The document of no text: `xxbos` alone.
  init() { append(add("xxbos")) }

  /// Makes room for that many tokens.
  mutating func reserveCapacity(_ tokens: Int) { sequence.reserveCapacity(tokens) }

  /// Gives the next place to a word not seen before, which is then to be appended.
  mutating func add(_ word: String) -> Int32 {
    words.append(word)
    counts.append(0)
    return Int32(words.count - 1)
  }

  /// Appends the word at that place.
  mutating func append(_ place: Int32) {
    counts[Int(place)] += 1
    sequence.append(place)
  }

  /// Appends a comma, which separates lines and is a word of its own within them.
  mutating func appendComma() {
    if comma < 0 { comma = add(",") }
    append(comma)
  }
}
