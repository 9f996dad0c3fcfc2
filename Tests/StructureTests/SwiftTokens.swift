/// The identifiers and keywords of a Swift source, in order: comments and what stands in string literals are left out,
/// and so are numbers, operators and brackets.
struct SwiftTokens {
  /// Each as it is written, with the number of braces around it.
  private(set) var words: [(text: String, depth: Int)] = []

  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  init(_ source: String) {
    bytes = Array(source.utf8)
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "/") where startsWith("//"): skip(past: "\n")
      case UInt8(ascii: "/") where startsWith("/*"): skipBlockComment()
      case UInt8(ascii: "\""): skipString()
      case UInt8(ascii: "#") where startsWith("#\"\"\""): skipRaw(past: "\"\"\"#")
      case UInt8(ascii: "#") where startsWith("#\""): skipRaw(past: "\"#")
      case UInt8(ascii: "#") where startsWith("#/"): skipRaw(past: "/#")
      case UInt8(ascii: "{"): enter(1)
      case UInt8(ascii: "}"): enter(-1)
      case let byte where Self.isWord(byte): takeWord()
      default: position += 1
      }
    }
  }

  /// The names of types that the source declares outside of any other and not for itself alone. A type inside another
  /// is named with that other, or used inside of it.
  var declaredTypes: Set<String> {
    let keywords: Set = ["struct", "class", "enum", "protocol", "actor", "typealias"]
    var names: Set<String> = []
    for place in words.indices.dropLast() where words[place].depth == 0 && keywords.contains(words[place].text) {
      let modifiers = Set(words[max(0, place - 2)..<place].map(\.text))
      let name = words[place + 1].text
      if Self.isTypeName(name), modifiers.isDisjoint(with: ["private", "fileprivate"]) { names.insert(name) }
    }
    return names
  }

  /// Names that begin with a capital letter.
  var typeNames: Set<String> { Set(words.map(\.text).filter(Self.isTypeName)) }

  /// The modules that the source imports.
  var imports: Set<String> { Set(zip(words, words.dropFirst()).filter { $0.0.text == "import" }.map(\.1.text)) }

  private static func isTypeName(_ word: String) -> Bool {
    word.utf8.first.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 } ?? false
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...: true
    default: false
    }
  }

  // MARK: Scanning

  private func startsWith(_ text: StaticString) -> Bool {
    let end = position + text.utf8CodeUnitCount
    guard end <= bytes.count else { return false }
    return text.withUTF8Buffer { $0.elementsEqual(bytes[position..<end]) }
  }

  /// Goes on after the next place where the text stands, or to the end.
  private mutating func skip(past text: StaticString) {
    while position < bytes.count, !startsWith(text) { position += 1 }
    position += text.utf8CodeUnitCount
  }

  private mutating func enter(_ braces: Int) {
    depth += braces
    position += 1
  }

  private mutating func takeWord() {
    let start = position
    while position < bytes.count, Self.isWord(bytes[position]) { position += 1 }
    words.append((String(decoding: bytes[start..<position], as: UTF8.self), depth))
  }

  private mutating func skipBlockComment() {
    var level = 0
    repeat {
      if startsWith("/*") {
        level += 1
        position += 2
      } else if startsWith("*/") {
        level -= 1
        position += 2
      } else {
        position += 1
      }
    } while level > 0 && position < bytes.count
  }

  /// A literal of one line or, in threes of quotes, of several. What is interpolated is left out with it.
  private mutating func skipString() {
    let end: StaticString = startsWith("\"\"\"") ? "\"\"\"" : "\""
    position += end.utf8CodeUnitCount
    while position < bytes.count, !startsWith(end) { position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1 }
    position += end.utf8CodeUnitCount
  }

  /// A literal between `#` and `#`.
  private mutating func skipRaw(past end: StaticString) {
    position += end.utf8CodeUnitCount
    skip(past: end)
  }
}
