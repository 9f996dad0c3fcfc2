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
  public var text: String {
    var text = ""
    write(to: &text, indentation: nil)
    return text
  }

  /// The value over several lines, indented by two spaces a level, without a line break at the end.
  public var prettyText: String {
    var text = ""
    write(to: &text, indentation: 0)
    return text
  }

  /// The first member of that name; nil if there is none or if this is no object.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  private func write(to text: inout String, indentation: Int?) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += value.description
    case .number(let value): text += value.isFinite ? value.description : "null"
    case .float(let value): text += value.isFinite ? value.description : "null"
    case .string(let value): Self.write(quoted: value, to: &text)
    case .array(let elements):
      Self.write(list: elements, between: ("[", "]"), to: &text, indentation: indentation) { element, text, inner in
        element.write(to: &text, indentation: inner)
      }
    case .object(let members):
      Self.write(list: members, between: ("{", "}"), to: &text, indentation: indentation) { member, text, inner in
        Self.write(quoted: member.name, to: &text)
        text += inner == nil ? ":" : ": "
        member.value.write(to: &text, indentation: inner)
      }
    }
  }

  private static func write<Item>(
    list: [Item], between brackets: (open: String, close: String), to text: inout String, indentation: Int?,
    item write: (Item, inout String, Int?) -> Void
  ) {
    text += brackets.open
    let inner = indentation.map { $0 + 2 }
    for (index, item) in list.enumerated() {
      if index > 0 { text += "," }
      if let inner { text += "\n" + String(repeating: " ", count: inner) }
      write(item, &text, inner)
    }
    if let indentation, !list.isEmpty { text += "\n" + String(repeating: " ", count: indentation) }
    text += brackets.close
  }

  /// Escapes what JSON demands, and every other character that a terminal or an editor could take for a line break or
  /// a control sequence, so that quoted text always stays on its line.
  private static func write(quoted value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{00}"..<"\u{20}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
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
