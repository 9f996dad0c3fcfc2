/// fastai's rules that rewrite a text: `fix_html` and `replace_rep`. Both are about what few lines have.
struct TextRules: Sendable {
  private var fixed: [UInt8] = []
  private var result: [UInt8] = []

  /// Whether the rules change a text with that piece, of which a byte is a signal, beyond ASCII, or one of
  /// three equal ones.
  func mayChange(_ text: [UInt8], _ piece: Range<Int>) -> Bool {
    var position = piece.lowerBound
    while position < piece.upperBound {
      let length = UTF8Bytes.length(text[position])
      switch text[position] {
      case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: "@"): return true
      case UInt8(ascii: "\\"):
        let next = position + 1 < text.count ? text[position + 1] : 0
        if next == UInt8(ascii: "n") || next == UInt8(ascii: "\"") { return true }
      case UInt8(ascii: "#"):
        if Self.leftOvers.contains(where: { text[position...].starts(with: $0.old) }) { return true }
      case UInt8(ascii: ";"):
        if Self.leftOver(text, endingAt: position + 1, from: piece.lowerBound) != nil { return true }
      default: break
      }
      // The run may have begun in pieces before.
      if position >= 2 * length,
        (0..<length).allSatisfy({
          text[position + $0] == text[position - length + $0] && text[position + $0] == text[position - 2 * length + $0]
        })
      {
        return true
      }
      position += length
    }
    return false
  }

  /// The text with the rules applied.
  mutating func apply(to text: [UInt8], _ range: Range<Int>) -> [UInt8] {
    fixed.removeAll(keepingCapacity: true)
    result.removeAll(keepingCapacity: true)
    fixHTML(text, range)
    replaceRepetitions()
    return result
  }

  // MARK: fix_html

  private static let replacements: [(old: [UInt8], new: [UInt8])] = [
    ("\\n", "\n"), ("\\\"", "\""), ("<br />", "\n"), ("<unk>", "xxunk"), (" @.@ ", "."), (" @-@ ", "-"),
    ("...", " \u{2026}"),
  ].map { (Array($0.utf8), Array($1.utf8)) }

  /// What is left of entities that have lost their ampersand.
  private static let leftOvers: [(old: [UInt8], new: [UInt8])] = [
    ("#39;", "'"), ("#146;", "'"), ("#36;", "$"), ("amp;", "&"), ("nbsp;", " "), ("quot;", "'"),
  ].map { (Array($0.utf8), Array($1.utf8)) }

  /// The left-over that ends there. What begins with a letter and follows one is the end of a word.
  private static func leftOver(_ text: [UInt8], endingAt end: Int, from start: Int) -> (old: [UInt8], new: [UInt8])? {
    leftOvers.first { entry in
      let first = end - entry.old.count
      guard first >= start, text[first..<end].elementsEqual(entry.old) else { return false }
      return first == start || entry.old[0] == UInt8(ascii: "#") || ByteKinds.of(text[first - 1]) & isLetter == 0
    }
  }

  private static let isLetter = ByteKinds.lower | ByteKinds.upper | ByteKinds.high

  private mutating func fixHTML(_ text: [UInt8], _ range: Range<Int>) {
    var position = range.lowerBound
    while position < range.upperBound {
      let rest = text[position..<range.upperBound]
      switch text[position] {
      case UInt8(ascii: "&"):
        if let (scalars, length) = HTMLEntities.characters(rest) {
          for scalar in scalars { fixed.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? []) }
          position += length
          continue
        }
      case UInt8(ascii: "\\"), UInt8(ascii: "<"), UInt8(ascii: " "), UInt8(ascii: "."):
        if let entry = Self.replacements.first(where: { rest.starts(with: $0.old) }) {
          fixed.append(contentsOf: entry.new)
          position += entry.old.count
          continue
        }
      case UInt8(ascii: "#"), UInt8(ascii: "a"), UInt8(ascii: "n"), UInt8(ascii: "q"):
        if let entry = Self.leftOvers.first(where: { rest.starts(with: $0.old) }),
          Self.leftOver(text, endingAt: position + entry.old.count, from: range.lowerBound) != nil
        {
          fixed.append(contentsOf: entry.new)
          position += entry.old.count
          continue
        }
      default: break
      }
      fixed.append(text[position])
      position += 1
    }
  }

  // MARK: replace_rep

  /// How many scalars like the one at `position` follow each other there.
  private static func run(_ text: [UInt8], at position: Int, end: Int) -> Int {
    let length = UTF8Bytes.length(text[position])
    var next = position + length
    while next + length <= end, (0..<length).allSatisfy({ text[next + $0] == text[position + $0] }) { next += length }
    return (next - position) / length
  }

  /// `aaaa` becomes ` xxrep 4 a `.
  private mutating func replaceRepetitions() {
    var position = 0
    while position < fixed.count {
      let length = UTF8Bytes.length(fixed[position])
      let isSpace = ByteKinds.of(fixed[position]) & (ByteKinds.space | ByteKinds.lineEnd) != 0
      let times = isSpace ? 1 : Self.run(fixed, at: position, end: fixed.count)
      let scalar = fixed[position..<(position + length)]
      if times > 2, !(length > 1 && ScalarKind.isSpace(fixed, at: position)) {
        result.append(contentsOf: " xxrep \(times) ".utf8)
        result.append(contentsOf: scalar)
        result.append(UInt8(ascii: " "))
        position += times * length
      } else {
        result.append(contentsOf: scalar)
        position += length
      }
    }
  }
}
