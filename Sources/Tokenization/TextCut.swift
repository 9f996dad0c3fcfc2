/// Where a text is cut into pieces that are worked on by themselves: a function of the text and the size of pieces alone, so that
/// the pieces, and the tokens, don't depend on who works on them.
public enum TextCut {
  /// How many of the bytes make a piece: up to the last line's end in them; in a line that has none up to the last space, in text
  /// without either up to the last whole scalar. All of them where nothing follows.
  ///
  /// - bytes: what the text goes on with, at least 8 bytes unless `isLast`.
  /// - isLast: whether the document ends with them.
  public static func length(_ bytes: [UInt8], isLast: Bool) -> Int {
    if isLast { return bytes.count }
    for separator in [UInt8(ascii: "\n"), UInt8(ascii: " ")] {
      if let last = bytes.lastIndex(of: separator) { return last + 1 }
    }
    var end = bytes.count - 1
    // A scalar begins with another byte than it goes on with; the last one may not be whole. CR and LF stay together.
    while end > 1, bytes[end] & 0xC0 == 0x80 || bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return end
  }
}
