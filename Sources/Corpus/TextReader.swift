/// A cursor over a text in the human-numbers form: it gives the words and commas that the notebook's way of reading
/// makes of it.
///
/// There, lines are trimmed and joined by ", ". So a line's end is a comma unless the text ends with it, an empty line
/// counts as one, and a comma within a line is a word of its own. Lines end with LF, CR or both; words are
/// separated by white space, ASCII's or Unicode's, as Python has it.
package struct TextReader {
  /// What is in the text.
  package enum Piece {
    /// A word: its bytes' range.
    case word(Range<Int>)
    /// A comma within a line.
    case comma
    /// The end of a line that another follows: a comma, too.
    case lineEnd
  }

  private let text: [UInt8]
  /// Where the reader goes on, a byte of the text; reading can start from any place at which it has been.
  package private(set) var position: Int

  /// Reads `text`, valid UTF-8, from `position` on.
  package init(_ text: [UInt8], from position: Int = 0) {
    self.text = text
    self.position = position
  }

  /// The next piece; nil at the end.
  package mutating func next() -> Piece? {
    while position < text.count {
      let byte = text[position]
      switch Self.kinds[Int(byte)] {
      case .comma:
        position += 1
        return .comma
      case .lineEnd:
        position += 1
        if byte == UInt8(ascii: "\r"), position < text.count, text[position] == UInt8(ascii: "\n") { position += 1 }
        if position < text.count { return .lineEnd }
      case .space: position += 1
      case .letter, .spaceStart:
        let space = spaceLength(at: position)
        if space == 0 { return word() }
        position += space
      }
    }
    return nil
  }

  /// The word that begins at `position`, on which there is no white space.
  private mutating func word() -> Piece {
    let start = position
    while position < text.count {
      let kind = Self.kinds[Int(text[position])]
      guard kind == .letter || (kind == .spaceStart && spaceLength(at: position) == 0) else { break }
      position += 1
    }
    return .word(start..<position)
  }

  /// The number of bytes of the character beyond ASCII at `position` if it is white space, else 0.
  private func spaceLength(at position: Int) -> Int {
    guard Self.kinds[Int(text[position])] == .spaceStart else { return 0 }
    if text[position] == 0xC2 { return [0x85, 0xA0].contains(text[position + 1]) ? 2 : 0 }
    let isSpace =
      switch (text[position], text[position + 1], text[position + 2]) {
      case (0xE1, 0x9A, 0x80), (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xA8...0xA9), (0xE2, 0x80, 0xAF),
        (0xE2, 0x81, 0x9F), (0xE3, 0x80, 0x80):
        true
      default: false
      }
    return isSpace ? 3 : 0
  }

  private enum Kind {
    case letter, space, comma, lineEnd
    /// The first byte of characters some of which are white space.
    case spaceStart
  }

  /// What each byte is.
  private static let kinds: [Kind] = {
    var kinds = [Kind](repeating: .letter, count: 256)
    for byte in [0x09, 0x0B, 0x0C, 0x1C, 0x1D, 0x1E, 0x1F, 0x20] { kinds[byte] = .space }
    for byte in [0x0A, 0x0D] { kinds[byte] = .lineEnd }
    kinds[0x2C] = .comma
    for byte in [0xC2, 0xE1, 0xE2, 0xE3] { kinds[byte] = .spaceStart }
    return kinds
  }()
}
