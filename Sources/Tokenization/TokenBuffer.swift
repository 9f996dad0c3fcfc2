internal import Corpus

/// Tokens as bytes, one after the other, with their hashes.
public struct TokenBuffer: Sendable {
  /// A token that no text is copied for.
  struct Fixed: Sendable {
    let bytes: [UInt8]
    let hash: UInt64

    init(_ text: String) {
      bytes = Array(text.utf8)
      hash = WordTable.hash(bytes.indices, in: bytes)
    }

    static let begin = Fixed("xxbos")
    static let capitalised = Fixed("xxmaj")
    static let upperCase = Fixed("xxup")
    static let repeatedWord = Fixed("xxwrep")
    static let lineEnd = Fixed("\n")
    static let comma = Fixed(",")
  }

  /// The tokens' bytes, of which `used` are taken: memory that is written to by place is faster than an array that grows.
  private(set) var bytes: [UInt8] = []
  private var used = 0
  private var tokens: [(end: Int, hash: UInt64)] = []

  /// Holds none.
  public init() {}

  /// Number of tokens.
  public var count: Int { tokens.count }

  /// Takes all tokens away and keeps the memory.
  public mutating func removeAll() {
    used = 0
    tokens.removeAll(keepingCapacity: true)
  }

  /// Appends `xxbos`, which each document begins with.
  public mutating func appendBegin() { append(.begin) }

  mutating func append(_ token: Fixed) { append(token.bytes, token.bytes.indices, hash: token.hash) }

  mutating func append(_ text: [UInt8], _ range: Range<Int>) {
    append(text, range, hash: WordTable.hash(range, in: text))
  }

  mutating func append(_ text: [UInt8], _ range: Range<Int>, hash: UInt64) {
    reserve(range.count)
    let source = text.span
    var place = used
    var target = bytes.mutableSpan
    for index in range {
      target[place] = source[index]
      place += 1
    }
    used = place
    tokens.append((used, hash))
  }

  /// Appends ASCII letters in lower case.
  mutating func appendLowercased(_ text: [UInt8], _ range: Range<Int>) {
    reserve(range.count)
    let source = text.span
    var place = used
    var target = bytes.mutableSpan
    var hash = WordTable.emptyHash
    for index in range {
      // The letters' cases differ in this bit.
      let byte = source[index] | 0x20
      hash = WordTable.hash(hash, byte)
      target[place] = byte
      place += 1
    }
    used = place
    tokens.append((used, hash))
  }

  private mutating func reserve(_ count: Int) {
    guard used + count > bytes.count else { return }
    bytes.append(contentsOf: repeatElement(0, count: max(count, bytes.count, 4096)))
  }

  /// Calls `body` with each token: its bytes' range within `bytes`, and their hash.
  @inline(__always)
  func forEach(_ body: (_ range: Range<Int>, _ hash: UInt64) -> Void) {
    var start = 0
    for token in tokens {
      body(start..<token.end, token.hash)
      start = token.end
    }
  }

  /// The tokens' texts.
  public var strings: [String] {
    var result: [String] = []
    forEach { range, _ in result.append(String(decoding: bytes[range], as: UTF8.self)) }
    return result
  }
}
