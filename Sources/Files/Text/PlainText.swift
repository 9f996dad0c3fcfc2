/// Text made fit for a place: lines of a width, XML.
public enum PlainText {
  /// The text broken at spaces into lines of at most `width` characters; a longer word is cut.
  ///
  /// - Complexity: linear in the text.
  public static func lines(_ text: String, width: Int) -> [String] {
    precondition(width > 0, "lines of \(width) characters")
    var lines: [String] = []
    var line = ""
    var lineCount = 0
    for var word in text.split(whereSeparator: \.isWhitespace) {
      var count = word.count
      if !line.isEmpty, lineCount + 1 + count <= width {
        line += " " + word
        lineCount += 1 + count
        continue
      }
      if !line.isEmpty { lines.append(line) }
      while count > width {
        lines.append(String(word.prefix(width)))
        word = word.dropFirst(width)
        count -= width
      }
      (line, lineCount) = (String(word), count)
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }

  /// The text as XML character data: markup escaped, characters that XML 1.0 forbids left out.
  public static func escapedForXML(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r": result += " "
      case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": continue
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
