/// The ASCII letters with which eight bytes of text begin, found without a loop: each byte of a number is worked on by
/// itself, and its highest bit says what it is.
struct LetterRun {
  /// Letters before the first other byte, 8 at most.
  let count: Int
  /// Upper-case ones among them.
  let capitals: Int
  /// Whether three equal ones are in a row.
  let hasRepetition: Bool

  /// - text: eight bytes, the first one the lowest.
  @inline(__always)
  init(_ text: UInt64) {
    let tops: UInt64 = 0x8080_8080_8080_8080
    let ones: UInt64 = 0x0101_0101_0101_0101
    // No sum of two numbers below 128 reaches into the next byte.
    let lowered = (text | 0x20 &* ones) & ~tops
    let fromA = lowered &+ (0x80 - UInt64(UInt8(ascii: "a"))) &* ones
    let beyondZ = lowered &+ (0x7F - UInt64(UInt8(ascii: "z"))) &* ones
    let isLetter = fromA & ~beyondZ & ~text & tops
    count = (~isLetter & tops).trailingZeroBitCount / 8
    let within = count == 8 ? UInt64.max : (1 &<< UInt64(8 * count)) &- 1
    // In lower case the bit of value 32 is set, two below the highest.
    capitals = (isLetter & ~(text << 2) & within).nonzeroBitCount
    // A byte that equals the two after it gives zero.
    let difference = (text ^ text >> 8) | (text ^ text >> 16)
    let differs = ((difference & ~tops) &+ ~tops) | difference
    hasRepetition = ~differs & tops & within >> 16 != 0
  }
}
