/// Characters that HTML writes as `&name;`, `&#39;` or `&#x27;`, read as Python's `html.unescape` reads them.
///
/// Names are HTML's whole list; those that it has from before semicolons were asked for are read without one, the longest that fits:
/// `&notit;` is `¬it;`. Numbers 128…159 are Windows-1252's. A number that is no scalar gives U+FFFD, one of a control character
/// nothing.
enum HTMLEntities {
  /// What an entity at the beginning of `text` stands for, with the entity's length in bytes; nil where there is none.
  ///
  /// - text: UTF-8 whose first byte is `&`.
  /// - Complexity: linear in the digits of a number; else constant.
  static func characters(_ text: ArraySlice<UInt8>) -> (scalars: [Unicode.Scalar], length: Int)? {
    let start = text.startIndex + 1
    guard start < text.endIndex else { return nil }
    if text[start] == UInt8(ascii: "#") { return number(text) }
    let name = text[start...].prefix(longestName).prefix { isInName($0) }
    let end = name.endIndex
    if end < text.endIndex, text[end] == UInt8(ascii: ";"), let entry = names[String(decoding: name, as: UTF8.self)] {
      return (entry.scalars, end + 1 - text.startIndex)
    }
    for count in stride(from: min(name.count, longestBareName), through: 2, by: -1) {
      if let entry = names[String(decoding: name.prefix(count), as: UTF8.self)], entry.isBare {
        return (entry.scalars, 1 + count)
      }
    }
    return nil
  }

  /// All names are of ASCII letters and digits.
  private static func isInName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  // MARK: Names

  /// Bytes of `CounterClockwiseContourIntegral`, and of the longest name without a semicolon.
  private static let longestName = 31
  private static let longestBareName = 6

  private static let names: [String: (scalars: [Unicode.Scalar], isBare: Bool)] = {
    var names: [String: (scalars: [Unicode.Scalar], isBare: Bool)] = [:]
    names.reserveCapacity(2200)
    for entry in list.split(separator: " ") {
      guard let mark = entry.firstIndex(where: { $0 == "=" || $0 == "!" }) else { continue }
      let codes = entry[entry.index(after: mark)...].split(separator: ",")
      let scalars = codes.compactMap { UInt32($0, radix: 16).flatMap { Unicode.Scalar($0) } }
      names[String(entry[..<mark])] = (scalars, entry[mark] == "!")
    }
    return names
  }()

  // MARK: Numbers

  private static func number(_ text: ArraySlice<UInt8>) -> (scalars: [Unicode.Scalar], length: Int)? {
    var position = text.startIndex + 2
    var radix: UInt32 = 10
    if position < text.endIndex, text[position] | 0x20 == UInt8(ascii: "x") {
      radix = 16
      position += 1
    }
    let first = position
    var value: UInt32 = 0
    while position < text.endIndex, let digit = digit(text[position]), digit < radix {
      // Beyond the last scalar it doesn't matter by how much.
      value = min(value * radix + digit, 0x11_0000)
      position += 1
    }
    guard position > first else { return nil }
    if position < text.endIndex, text[position] == UInt8(ascii: ";") { position += 1 }
    return (scalars(value), position - text.startIndex)
  }

  private static func digit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
    default: nil
    }
  }

  private static func scalars(_ value: UInt32) -> [Unicode.Scalar] {
    switch value {
    case 0x80...0x9F: return [Unicode.Scalar(windows1252[Int(value - 0x80)]) ?? "\u{FFFD}"]
    case 0x1...0x8, 0xB, 0xE...0x1F, 0x7F, 0xFDD0...0xFDEF: return []
    // The last two of each plane.
    case _ where value & 0xFFFE == 0xFFFE && value <= 0x10_FFFF: return []
    case 0: return ["\u{FFFD}"]
    default: return [Unicode.Scalar(value) ?? "\u{FFFD}"]
    }
  }

  /// Windows-1252's characters 128…159; where it has none, that control character.
  private static let windows1252: [UInt32] = [
    0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0x8D, 0x17D, 0x8F,
    0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x9D, 0x17E,
    0x178,
  ]
}
