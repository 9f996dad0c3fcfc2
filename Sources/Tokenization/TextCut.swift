/// Where a text is cut into pieces that are worked on by themselves: a function of the text and the size of pieces alone, so that
/// the pieces, and the tokens, don't depend on who works on them.
///
/// A line ends where the tokenizers have it end: with LF, CR, or both.
public enum TextCut {
  /// How many of the bytes make a piece: up to the last line's end in them; in a line that has none up to the last white space, in text
  /// without either up to the last whole scalar. All of them where nothing follows.
  ///
  /// - bytes: what the text goes on with, at least 8 bytes unless `isLast`; they may turn out to be no UTF-8.
  /// - isLast: whether the document ends with them.
  /// - Complexity: linear in what follows the cut.
  public static func length(_ bytes: [UInt8], isLast: Bool) -> Int {
    if isLast { return bytes.count }
    if let end = lastLineEnd(bytes[...]) ?? lastSpaceEnd(bytes) { return end }
    var end = bytes.count - 1
    // A scalar begins with another byte than it goes on with; the last one may not be whole. CR and LF stay together.
    while end > 1, bytes[end] & 0xC0 == 0x80 || bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return end
  }

  /// Behind the first line's end that begins in the bytes; nil where there is none. A CR that they end with counts only if `isLast`,
  /// since LF may follow.
  public static func firstLineEnd(_ bytes: ArraySlice<UInt8>, isLast: Bool) -> Int? {
    guard let end = bytes.firstIndex(where: { $0 == lf || $0 == cr }) else { return nil }
    if bytes[end] == lf { return end + 1 }
    guard end + 1 < bytes.endIndex else { return isLast ? end + 1 : nil }
    return bytes[end + 1] == lf ? end + 2 : end + 1
  }

  /// Behind the last line's end that the bytes hold whole; nil where there is none. A CR that they end with is none, since LF may
  /// follow.
  public static func lastLineEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
    for index in bytes.indices.reversed() {
      if bytes[index] == lf { return index + 1 }
      if bytes[index] == cr, index + 1 < bytes.endIndex { return index + 1 }
    }
    return nil
  }

  /// Where the first word begins that follows white space, both in the bytes; nil where none does.
  public static func firstWordStart(_ bytes: ArraySlice<UInt8>) -> Int? {
    bytes.indices.lazy.compactMap { wordStart(bytes, $0) }.first
  }

  /// Where the last word begins that follows white space, both in the bytes; nil where none does.
  public static func lastWordStart(_ bytes: ArraySlice<UInt8>) -> Int? {
    bytes.indices.reversed().lazy.compactMap { wordStart(bytes, $0) }.first
  }

  /// Behind the white space at `index`, where a word follows it.
  private static func wordStart(_ bytes: ArraySlice<UInt8>, _ index: Int) -> Int? {
    guard let end = spaceEnd(bytes, index), end < bytes.endIndex, spaceEnd(bytes, end) == nil, bytes[end] != lf,
      bytes[end] != cr
    else { return nil }
    return end
  }

  /// Behind the last white space, in a line.
  private static func lastSpaceEnd(_ bytes: [UInt8]) -> Int? {
    for index in bytes.indices.reversed() {
      if let end = spaceEnd(bytes[...], index) { return end }
    }
    return nil
  }

  /// Behind the white space, ASCII's or Unicode's, that is whole at `index`.
  private static func spaceEnd(_ bytes: ArraySlice<UInt8>, _ index: Int) -> Int? {
    let byte = bytes[index]
    if byte < 0x80 { return ByteKinds.of(byte) == ByteKinds.space ? index + 1 : nil }
    let end = index + UTF8Bytes.length(byte)
    guard byte >= 0xC2, end <= bytes.endIndex else { return nil }
    var value = UInt32(byte) & (0x7F >> UInt32(end - index))
    for next in bytes[(index + 1)..<end] { value = value << 6 | UInt32(next & 0x3F) }
    return Unicode.Scalar(value).map { UnicodeTable.isSpace($0) } ?? false ? end : nil
  }

  private static let lf = UInt8(ascii: "\n")
  private static let cr = UInt8(ascii: "\r")
}
