/// What a byte is to the scan for pieces. Kinds below `space` are parts of pieces.
enum ByteKinds {
  static let lower: UInt8 = 1
  static let upper: UInt8 = 2
  /// Any other ASCII character.
  static let other: UInt8 = 4
  /// Part of a scalar beyond ASCII, which may be white space.
  static let high: UInt8 = 8
  /// May belong to what a rule rewrites; a bit that others have, too.
  static let signal: UInt8 = 16
  static let space: UInt8 = 32
  static let lineEnd: UInt8 = 64
  /// A piece of its own: fastai puts spaces around it.
  static let apart: UInt8 = 128

  @inline(__always)
  static func of(_ byte: UInt8) -> UInt8 { table[Int(byte)] }

  /// Whether the character is a token by itself where a word of letters ends with it.
  @inline(__always)
  static func ends(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: "."), UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "!"),
      UInt8(ascii: "?"):
      true
    default: false
    }
  }

  /// Of each byte. Loops take a copy: getting at a static costs as much as a look into it.
  static let table: [UInt8] = (0..<256).map { byte in
    switch Unicode.Scalar(UInt8(byte)) {
    case "\n", "\r": lineEnd
    // Python's white space.
    case "\t", "\u{B}", "\u{C}", "\u{1C}"..."\u{1F}", " ": space
    case "/": apart
    case "#", "\\": apart | signal
    case "&", "<", "@", ";": other | signal
    case "a"..."z": lower
    case "A"..."Z": upper
    case "\u{80}"...: high
    default: other
    }
  }
}
