/// A JSON value that keeps the order of its members, and the width of its numbers so that each prints shortest.
public enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  /// Prints in the fewest digits that read back to the same double; null if not finite.
  case number(Double)
  /// Prints in the fewest digits that read back to the same float; null if not finite. The parser makes none.
  case float(Float)
  case string(String)
  case array([JSONValue])
  /// Members in the order written.
  case object([(name: String, value: JSONValue)])

  /// The value on one line, without spaces.
  public var text: String { String(decoding: utf8, as: UTF8.self) }

  /// The bytes of `text`.
  ///
  /// - Complexity: linear in them.
  package var utf8: [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes, indentation: nil)
    return bytes
  }

  /// The value over several lines, indented by two spaces a level, without a line break at the end.
  public var prettyText: String {
    var bytes: [UInt8] = []
    write(to: &bytes, indentation: 0)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The first member of that name; nil if there is none or if this is no object.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  private func write(to bytes: inout [UInt8], indentation: Int?) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .integer(let value): bytes += value.description.utf8
    case .number(let value): bytes += (value.isFinite ? value.description : "null").utf8
    case .float(let value): bytes += (value.isFinite ? value.description : "null").utf8
    case .string(let value): Self.write(quoted: value, to: &bytes)
    case .array(let elements):
      Self.write(list: elements, between: ("[", "]"), to: &bytes, indentation: indentation) { element, bytes, inner in
        element.write(to: &bytes, indentation: inner)
      }
    case .object(let members):
      Self.write(list: members, between: ("{", "}"), to: &bytes, indentation: indentation) { member, bytes, inner in
        Self.write(quoted: member.name, to: &bytes)
        bytes += (inner == nil ? ":" : ": ").utf8
        member.value.write(to: &bytes, indentation: inner)
      }
    }
  }

  private static func write<Item>(
    list: [Item], between brackets: (open: String, close: String), to bytes: inout [UInt8], indentation: Int?,
    item write: (Item, inout [UInt8], Int?) -> Void
  ) {
    bytes += brackets.open.utf8
    let inner = indentation.map { $0 + 2 }
    for (index, item) in list.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      if let inner { startLine(inner, &bytes) }
      write(item, &bytes, inner)
    }
    if let indentation, !list.isEmpty { startLine(indentation, &bytes) }
    bytes += brackets.close.utf8
  }

  private static func startLine(_ indentation: Int, _ bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\n"))
    bytes += repeatElement(UInt8(ascii: " "), count: indentation)
  }

  /// Escapes what JSON demands, and every other character that a terminal or an editor could take for a line break or
  /// a control sequence, so that quoted text always stays on its line.
  private static func write(quoted value: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes += #"\""#.utf8
      case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
      case UInt8(ascii: "\n"): bytes += #"\n"#.utf8
      case UInt8(ascii: "\r"): bytes += #"\r"#.utf8
      case UInt8(ascii: "\t"): bytes += #"\t"#.utf8
      case 0..<0x20, 0x7F: escape(UInt32(byte), &bytes)
      // U+0080…U+009F are C2 80…C2 9F, U+2028 and U+2029 are E2 80 A8 and E2 80 A9.
      case 0x80...0x9F where bytes.last == 0xC2:
        bytes.removeLast()
        escape(UInt32(byte), &bytes)
      case 0xA8...0xA9 where bytes.suffix(2) == [0xE2, 0x80]:
        bytes.removeLast(2)
        escape(0x2028 + UInt32(byte - 0xA8), &bytes)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func escape(_ scalar: UInt32, _ bytes: inout [UInt8]) {
    let digits = String(scalar, radix: 16)
    bytes += #"\u"#.utf8
    bytes += repeatElement(UInt8(ascii: "0"), count: 4 - digits.count)
    bytes += digits.utf8
  }
}

extension JSONValue: Equatable {
  /// Whether both are of the same case with the same content; objects also need the same order of members.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.float(let left), .float(let right)): left == right
    case (.string(let left), .string(let right)): left == right
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)):
      left.elementsEqual(right) { $0.name == $1.name && $0.value == $1.value }
    default: false
    }
  }
}
