extension PlainText {
  /// The text without anything that a terminal obeys instead of showing it: control characters, line and paragraph
  /// separators, and marks that turn the direction of writing become escapes such as `\n` and `\u001b`. Bytes of a
  /// file's name that are no UTF-8 become `\xE9`.
  public static func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { escape($0) != nil }) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if let escape = escape(scalar) { result += escape } else { result.unicodeScalars.append(scalar) }
    }
    return result
  }

  /// A token as tables show it: visible, and cut after 40 scalars.
  public static func shown(token: String) -> String { visible(shortened(token, to: 40)) }

  /// The text's first scalars, with an ellipsis where it has more.
  ///
  /// - Complexity: linear in `count`, however long the text is.
  public static func shortened(_ text: String, to count: Int) -> String {
    let scalars = text.unicodeScalars
    guard let end = scalars.index(scalars.startIndex, offsetBy: count, limitedBy: scalars.endIndex),
      end < scalars.endIndex
    else { return text }
    return String(scalars[..<end]) + "\u{2026}"
  }

  /// The text for a scalar that isn't shown as it is; nil for others.
  static func escape(_ scalar: Unicode.Scalar) -> String? {
    switch scalar.value {
    case 0x0A: return "\\n"
    case 0x0D: return "\\r"
    case 0x09: return "\\t"
    case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069:
      let digits = String(scalar.value, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default:
      return FileName.byte(scalar).map { "\\x" + String($0, radix: 16, uppercase: true) }
    }
  }
}

/// A text of lines that comes part by part, made visible for a terminal: lines and tabs stay; CR, alone or with LF,
/// ends a line.
public struct VisibleLines {
  private var followsCR = false

  /// At a text's beginning.
  public init() {}

  /// The next part, made visible.
  public mutating func next(_ part: String) -> String {
    var result = ""
    for scalar in part.unicodeScalars {
      defer { followsCR = scalar == "\r" }
      switch scalar {
      case "\n" where followsCR: break
      case "\n", "\r": result += "\n"
      case "\t": result += "\t"
      default:
        if let escape = PlainText.escape(scalar) { result += escape } else { result.unicodeScalars.append(scalar) }
      }
    }
    return result
  }
}
