internal import Corpus

/// Tokens as bytes, one after the other.
public struct TokenBuffer: Sendable {
  /// A token that no text is copied for.
  struct Fixed: Sendable {
    let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    static let begin = Fixed("xxbos")
    static let capitalised = Fixed("xxmaj")
    static let upperCase = Fixed("xxup")
    static let repeatedWord = Fixed("xxwrep")
    static let lineEnd = Fixed("\n")
    static let comma = Fixed(",")
  }

  /// The tokens' bytes, of which `used` are taken: memory that is written to by place is faster than an array that
  /// grows. Behind them there is room for one word's head.
  private(set) var bytes: [UInt8] = []
  private var used = 0
  private var ends: [Int] = []

  /// Holds none.
  public init() {}

  /// Number of tokens.
  public var count: Int { ends.count }

  /// Takes all tokens away and keeps the memory.
  public mutating func removeAll() {
    used = 0
    ends.removeAll(keepingCapacity: true)
  }

  /// Appends `xxbos`, which each document begins with.
  public mutating func appendBegin() { append(.begin) }

  mutating func append(_ token: Fixed) { append(token.bytes, token.bytes.indices) }

  @inline(__always)
  mutating func append(_ text: [UInt8], _ range: Range<Int>) { append(text, range, setting: 0) }

  /// Appends ASCII letters in lower case.
  @inline(__always)
  mutating func appendLowercased(_ text: [UInt8], _ range: Range<Int>) {
    // The letters' cases differ in this bit.
    append(text, range, setting: 0x20)
  }

  /// Appends the bytes with those bits set in each, eight bytes at a time where the text is long enough.
  @inline(__always)
  private mutating func append(_ text: [UInt8], _ range: Range<Int>, setting bits: UInt8) {
    reserve(range.count)
    var place = used
    var position = range.lowerBound
    let source = text.span
    var target = bytes.mutableSpan
    // Numbers without padding are written, and the span checks their places.
    var memory = unsafe target.mutableBytes
    while position < range.upperBound {
      if position + 8 <= source.count {
        let part = source.eightBytes(at: position) | UInt64(bits) &* 0x0101_0101_0101_0101
        memory.storeBytes(of: part.littleEndian, toByteOffset: place, as: UInt64.self)
        position += 8
        place += 8
      } else {
        memory.storeBytes(of: source[position] | bits, toByteOffset: place, as: UInt8.self)
        position += 1
        place += 1
      }
    }
    used += range.count
    ends.append(used)
  }

  @inline(__always)
  private mutating func reserve(_ count: Int) {
    if used + count + WordHead.size > bytes.count { grow(count) }
  }

  private mutating func grow(_ count: Int) {
    bytes.append(contentsOf: repeatElement(0, count: max(count + WordHead.size, bytes.count, 4096)))
  }

  /// Calls `body` with each token: its bytes' range within `bytes`.
  @inline(__always)
  func forEach(_ body: (_ range: Range<Int>) -> Void) {
    var start = 0
    for end in ends {
      body(start..<end)
      start = end
    }
  }

  /// The tokens' texts.
  public var strings: [String] {
    var result: [String] = []
    forEach { range in result.append(String(decoding: bytes[range], as: UTF8.self)) }
    return result
  }
}
