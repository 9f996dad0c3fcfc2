/// What a scalar is to the splitting of pieces into tokens.
enum ScalarKind: UInt8, Sendable {
  /// A letter or number; ASCII's low line, too.
  case letter
  /// One of ASCII's digits.
  case digit
  /// A letter that is a word by itself.
  case ideograph
  /// Belongs to what precedes it: combining marks, variation selectors, skin tones.
  case mark
  /// Joins what precedes it with what follows.
  case joiner
  case apostrophe
  case dot
  case comma
  case colon
  /// The hyphen and the backquote, two of which make one token.
  case doubling
  case symbol
  /// A byte within a scalar.
  case continuation

  /// Python's `\w`, with marks.
  var isInWord: Bool { self == .letter || self == .digit || self == .ideograph || self == .mark }

  /// Of the scalar at that place of valid text.
  @inline(__always)
  static func at(_ text: [UInt8], _ position: Int) -> ScalarKind {
    let byte = text[position]
    return byte < 0x80 ? ascii[Int(byte)] : UnicodeTable.entry(UTF8Bytes.scalar(text, at: position)).kind
  }

  /// Whether the scalar beyond ASCII at that place is white space.
  @inline(__always)
  static func isSpace(_ text: [UInt8], at position: Int) -> Bool {
    switch text[position] {
    // The only first bytes of white space.
    case 0xC2, 0xE1, 0xE2, 0xE3, 0xEF: UnicodeTable.isSpace(UTF8Bytes.scalar(text, at: position))
    default: false
    }
  }

  static let ascii: [ScalarKind] = (0..<128).map { byte in
    switch Unicode.Scalar(UInt8(byte)) {
    case "a"..."z", "A"..."Z", "_": .letter
    case "0"..."9": .digit
    case "'": .apostrophe
    case ".": .dot
    case ",": .comma
    case ":": .colon
    case "-", "`": .doubling
    default: .symbol
    }
  }
}

/// Kinds and cases of scalars beyond ASCII. Those below 2¹⁶ are looked up once, since Unicode's properties are slow to
/// get at.
enum UnicodeTable {
  struct Entry: Sendable {
    var kind: ScalarKind
    var isUpper: Bool
    var isLower: Bool
    /// In lower case; nil where that is more than one scalar.
    var lower: Unicode.Scalar?
  }

  @inline(__always)
  static func entry(_ scalar: Unicode.Scalar) -> Entry {
    scalar.value < 0x1_0000 ? table[Int(scalar.value)] : make(scalar)
  }

  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    // Python's white space, and the mark at the start of some files.
    case "\u{85}", "\u{A0}", "\u{1680}", "\u{2000}"..."\u{200A}", "\u{2028}", "\u{2029}", "\u{202F}", "\u{205F}",
      "\u{3000}", "\u{FEFF}":
      true
    default: false
    }
  }

  private static let table: [Entry] = (0..<0x1_0000).map { value in
    // Surrogates are no scalars and are in no text.
    make(Unicode.Scalar(UInt32(value)) ?? "\u{FFFD}")
  }

  private static func make(_ scalar: Unicode.Scalar) -> Entry {
    let properties = scalar.properties
    let lower = properties.lowercaseMapping.unicodeScalars
    let category = properties.generalCategory
    return Entry(
      kind: kind(scalar, properties), isUpper: category == .uppercaseLetter || category == .titlecaseLetter,
      isLower: category == .lowercaseLetter, lower: lower.count == 1 ? lower.first : nil)
  }

  private static func kind(_ scalar: Unicode.Scalar, _ properties: Unicode.Scalar.Properties) -> ScalarKind {
    if scalar.isASCII { return ScalarKind.ascii[Int(scalar.value)] }
    if scalar == "\u{2019}" { return .apostrophe }
    if scalar == "\u{200D}" { return .joiner }
    if properties.isEmojiModifier || scalar == "\u{200C}" { return .mark }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return .mark
    case .otherLetter where properties.isIdeographic, .letterNumber where properties.isIdeographic: return .ideograph
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
      .letterNumber, .otherNumber:
      return .letter
    default: return .symbol
    }
  }
}
