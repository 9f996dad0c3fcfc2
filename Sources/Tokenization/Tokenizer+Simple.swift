internal import Corpus

extension Tokenizer {
  /// A token for each Unicode scalar.
  static func scalars(_ text: [UInt8], into tokens: inout TokenBuffer) {
    var position = 0
    while position < text.count {
      let end = min(text.count, position + UTF8Bytes.length(text[position]))
      tokens.append(text, position..<end)
      position = end
    }
  }

  /// Words and commas as `TextReader` gives them, which takes a line's end for a comma unless the text ends with it.
  static func lines(_ text: [UInt8], endsDocument: Bool, into tokens: inout TokenBuffer) {
    var reader = TextReader(text)
    while let piece = reader.next() {
      if case .word(let bytes) = piece {
        tokens.append(text, bytes)
      } else {
        tokens.append(.comma)
      }
    }
    if !endsDocument, let last = text.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") {
      tokens.append(.comma)
    }
  }
}

/// How UTF-8 is built.
enum UTF8Bytes {
  /// Bytes of the scalar that begins with this one, in valid text.
  @inline(__always)
  static func length(_ first: UInt8) -> Int { first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4 }

  /// The scalar at `position`, in valid text.
  static func scalar(_ text: [UInt8], at position: Int) -> Unicode.Scalar {
    let first = text[position]
    let length = length(first)
    if length == 1 { return Unicode.Scalar(first) }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for byte in text[(position + 1)..<(position + length)] { value = value << 6 | UInt32(byte & 0x3F) }
    return Unicode.Scalar(value) ?? "\u{FFFD}"
  }
}
