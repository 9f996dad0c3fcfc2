/// Why bytes are not JSON, and where.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Bytes before the place of the error.
  public let offset: Int
  /// What is wrong there.
  public let reason: String

  /// One line.
  public var description: String { "\(reason) at byte \(offset)" }
}

extension JSONValue {
  /// Bytes of the longest name that the parser takes.
  ///
  /// Hashing or comparing strings takes time quadratic in a run of combining marks; short names keep that harmless in
  /// the parser and wherever they become keys.
  static let longestName = 256

  /// Parses exactly one JSON value (RFC 8259) with white space around it.
  ///
  /// Whole numbers that fit become `integer`, all others `number`. Errors are, beyond broken syntax: text that is not
  /// UTF-8, lone surrogates, numbers beyond a double, names of more than 256 bytes, a name twice in one object (by
  /// Swift's string equality, which is that of Unicode's canonical equivalence), and more than 64 nested arrays and
  /// objects.
  ///
  /// - Complexity: linear in the bytes.
  public init(parsing bytes: ArraySlice<UInt8>) throws(JSONError) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }

  /// Parses exactly one JSON value, as `init(parsing:)` of a slice does.
  public init(parsing bytes: [UInt8]) throws(JSONError) { try self.init(parsing: bytes[...]) }
}

/// One pass over the bytes by recursive descent; the limit on depth bounds the stack.
private struct JSONParser {
  static let maximumDepth = 64

  let bytes: ArraySlice<UInt8>
  var position: Int

  init(bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  func error(_ reason: String) -> JSONError { JSONError(offset: position - bytes.startIndex, reason: reason) }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    guard next == nil else { throw error("more text after the value") }
    return value
  }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    skipSpace()
    guard let next else { throw error("no value") }
    switch next {
    case UInt8(ascii: "{"):
      guard depth < Self.maximumDepth else { throw error("nested too deeply") }
      return try object(depth: depth + 1)
    case UInt8(ascii: "["):
      guard depth < Self.maximumDepth else { throw error("nested too deeply") }
      return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: throw error("no value")
    }
  }

  mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else { throw error("no value") }
    position += word.utf8.count
    return value
  }

  mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    position += 1
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array([]) }
    var elements: [JSONValue] = []
    while true {
      elements.append(try value(depth: depth))
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(elements) }
      guard take(UInt8(ascii: ",")) else { throw error("no comma or bracket in an array") }
    }
  }

  mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    position += 1
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object([]) }
    var members: [(name: String, value: JSONValue)] = []
    var names: Set<String> = []
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw error("no name in an object") }
      let start = position
      let name = try string()
      guard name.utf8.count <= JSONValue.longestName else {
        position = start
        throw error("a name of more than \(JSONValue.longestName) bytes")
      }
      guard names.insert(name).inserted else {
        position = start
        throw error("the same name twice in an object")
      }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw error("no colon after a name") }
      members.append((name, try value(depth: depth)))
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw error("no comma or brace in an object") }
    }
  }

  /// Skips digits and says whether there was one.
  mutating func digits() -> Bool {
    let start = position
    while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
    return position > start
  }

  mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    var isWhole = true
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) {
      guard digits() else { throw error("no digit in a number") }
    } else if let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
      throw error("a number starts with zero")
    }
    if take(UInt8(ascii: ".")) {
      isWhole = false
      guard digits() else { throw error("no digit after a point") }
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isWhole = false
      if !take(UInt8(ascii: "-")) { _ = take(UInt8(ascii: "+")) }
      guard digits() else { throw error("no digit in an exponent") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    // As an integer, -0 would lose its sign.
    if isWhole, text != "-0", let value = Int(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      position = start
      throw error("a number is too large")
    }
    return .number(value)
  }

  mutating func string() throws(JSONError) -> String {
    let start = position
    position += 1
    var content: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let value = String(validating: content, as: UTF8.self) else {
          position = start
          throw error("a string is not UTF-8")
        }
        return value
      case UInt8(ascii: "\\"): try escape(into: &content)
      case 0..<0x20:
        position -= 1
        throw error("a control character in a string")
      default: content.append(byte)
      }
    }
    throw error("a string has no end")
  }

  mutating func escape(into content: inout [UInt8]) throws(JSONError) {
    guard let byte = next else { throw error("a string has no end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if (0xD800..<0xDC00).contains(code) {
        guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw error("half a surrogate pair") }
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else { throw error("half a surrogate pair") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw error("half a surrogate pair") }
      content.append(contentsOf: UTF8.encode(scalar)!)
    default:
      position -= 1
      throw error("an unknown escape")
    }
  }

  mutating func hexadecimal() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("no four hexadecimal digits in an escape")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
