import Testing

@testable import Corpus
@testable import Data
@testable import Files
@testable import Fitting
@testable import Kernels
@testable import Models
@testable import Reports
@testable import Tokenization
import Training

@Suite struct SafetensorsTests {
  static func file(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
    let length = length ?? UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8)
      + [UInt8](repeating: 0, count: data)
  }

  static func entry(_ name: String, _ shape: String, _ offsets: String, dtype: String = "F32") -> String {
    #""\#(name)":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
  }

  static let sample = SafetensorsFile.bytes(
    tensors: [
      NamedTensor("b", shape: [2, 3], .floats([1, -2.5, .infinity, -0.0, .leastNonzeroMagnitude, 3e38])),
      NamedTensor("empty", shape: [0, 4], .floats([])), NamedTensor("é\n", shape: [], .floats([7])),
    ],
    metadata: [("model", "3"), ("quote", "\"\\\u{1F600}")])

  @Test func roundTrip() throws {
    let file = try SafetensorsFile(Self.sample)
    #expect(file.metadata == ["model": "3", "quote": "\"\\\u{1F600}"])
    #expect(file.tensors.map(\.name) == ["b", "empty", "é\n"])
    #expect(file.tensors.map(\.shape) == [[2, 3], [0, 4], []])
    let expected: [Float] = [1, -2.5, .infinity, -0.0, .leastNonzeroMagnitude, 3e38]
    #expect(try file.floats("b", shape: [2, 3]).map(\.bitPattern) == expected.map(\.bitPattern))
    #expect(try file.floats("empty", shape: [0, 4]) == [])
    #expect(try file.floats("é\n", shape: []) == [7])
    #expect(file.tensors[0].range.lowerBound % 8 == 0)
    #expect(try SafetensorsFile(SafetensorsFile.bytes(tensors: [], metadata: [])).tensors.isEmpty)
  }

  @Test func refusesWhatIsNotAsExpected() throws {
    let file = try SafetensorsFile(Self.sample)
    #expect(throws: SafetensorsError.missingTensor("c")) { try file.floats("c", shape: []) }
    #expect(throws: SafetensorsError.wrongShape(tensor: "b", shape: [2, 3], expected: [3, 2])) {
      try file.floats("b", shape: [3, 2])
    }
    let integers = try SafetensorsFile(Self.file("{\(Self.entry("a", "[1]", "[0,4]", dtype: "I32"))}", data: 4))
    #expect(throws: SafetensorsError.notFloats(tensor: "a", dtype: "I32")) { try integers.floats("a", shape: [1]) }
  }

  /// A type that nobody knows is of no matter until its tensor is asked for.
  @Test func unknownTypesAreTheirTensorsMatter() throws {
    let header = "{\(Self.entry("a", "[3]", "[0,2]", dtype: "F31")),\(Self.entry("b", "[1]", "[2,6]"))}"
    let file = try SafetensorsFile(Self.file(header, data: 6))
    #expect(try file.floats("b", shape: [1]) == [0])
    #expect(throws: SafetensorsError.unknownType(tensor: "a", dtype: "F31")) { try file.floats("a", shape: [3]) }
    #expect(throws: SafetensorsError.unknownType(tensor: "a", dtype: "F31")) { try file.values("a", shape: [3]) }
  }

  /// A vocabulary that no reader takes is refused before it is written.
  @Test func vocabulariesAreBoundedBeforeTheyAreWritten() throws {
    let mixed = Vocabulary(tokens: ["", "a\"b", "\\", "\n\r\t\u{0}\u{7F}\u{2028}", "\u{E9}\u{4F60}\u{1F600}"])
    let written = JSONValue.string(JSONValue.array(mixed.tokens.map { .string($0) }).text).text
    #expect(SafetensorsFile.metadataLength(of: mixed) == written.utf8.count)
    // Of a control character, quoted twice, seven bytes.
    let tokens = (0..<150).map { "\($0)" + String(repeating: "\u{1}", count: 100_000) }
    try SafetensorsFile.checkLength(of: Vocabulary(tokens: Array(tokens.prefix(100))), at: "text")
    #expect(throws: RunError.self) { try SafetensorsFile.checkLength(of: Vocabulary(tokens: tokens), at: "text") }
  }

  @Test func convertsDoubles() throws {
    var bytes = Self.file("{\(Self.entry("a", "[2]", "[0,16]", dtype: "F64"))}")
    for value in [0.1, -3.0] {
      for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> (8 * byte))) }
    }
    #expect(try SafetensorsFile(bytes).floats("a", shape: [2]) == [0.1, -3])
  }

  static let malformed: [([UInt8], SafetensorsError)] = [
    ([], .tooShort(bytes: 0)),
    ([2, 0, 0, 0, 0, 0, 0], .tooShort(bytes: 7)),
    (file("{}", length: 3), .headerTooLong(length: 3, available: 2)),
    (file("{}", length: .max), .headerTooLong(length: .max, available: 2)),
    (file("[]"), .headerNotObject),
    (file(" {}"), .headerNotObject),
    (file(""), .headerNotJSON(JSONError(offset: 0, reason: "no value"))),
    (
      file("{\(entry("a", "[0]", "[0,0]")),\(entry("a", "[0]", "[0,0]"))}"),
      .headerNotJSON(JSONError(offset: 54, reason: "the same name twice in an object"))
    ),
    (file(#"{"__metadata__":[]}"#), .badMetadata),
    (file(#"{"__metadata__":{"a":1}}"#), .badMetadata),
    (file(#"{"a":1}"#), .badEntry(tensor: "a")),
    (file(#"{"a":{"dtype":"F32","shape":[]}}"#), .badEntry(tensor: "a")),
    (file(#"{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4],"x":1}}"#, data: 4), .badEntry(tensor: "a")),
    (file("{\(entry("a", "[-1]", "[0,4]"))}", data: 4), .badShape(tensor: "a")),
    (file("{\(entry("a", "[-0]", "[0,0]"))}"), .badShape(tensor: "a")),
    (file("{\(entry("a", "[1.0]", "[0,4]"))}", data: 4), .badShape(tensor: "a")),
    (file("{\(entry("a", "[9223372036854775808]", "[0,4]"))}", data: 4), .badShape(tensor: "a")),
    (file("{\(entry("a", "[9223372036854775807]", "[0,4]"))}", data: 4), .hugeShape(tensor: "a")),
    // 4 · 2³¹ · 2³¹ wraps around to zero.
    (file("{\(entry("a", "[2147483648,2147483648]", "[0,0]"))}"), .hugeShape(tensor: "a")),
    (file("{\(entry("a", "[0]", "[4,0]"))}", data: 4), .badOffsets(tensor: "a")),
    (file("{\(entry("a", "[0]", "[-4,0]"))}", data: 4), .badOffsets(tensor: "a")),
    (file("{\(entry("a", "[0]", "[0]"))}"), .badOffsets(tensor: "a")),
    (file("{\(entry("a", "[2]", "[0,4]"))}", data: 4), .wrongSize(tensor: "a", needed: 8, spanned: 4)),
    (file("{\(entry("a", "[1]", "[0,4]"))}", data: 3), .outsideFile(tensor: "a", end: 4, available: 3)),
    (
      file("{\(entry("a", "[0]", "[9223372036854775807,9223372036854775807]"))}"),
      .outsideFile(tensor: "a", end: .max, available: 0)
    ),
    (file("{\(entry("a", "[2]", "[0,8]")),\(entry("b", "[2]", "[4,12]"))}", data: 12), .overlap(tensor: "b")),
    (file("{\(entry("a", "[1]", "[0,4]")),\(entry("b", "[1]", "[6,10]"))}", data: 10), .gap(tensor: "b", bytes: 2)),
    (file("{\(entry("a", "[1]", "[0,4]"))}", data: 9), .trailingBytes(5)),
    (file("{}", data: 1), .trailingBytes(1)),
  ]

  @Test(arguments: malformed.indices) func refusesMalformed(_ index: Int) {
    let (bytes, expected) = Self.malformed[index]
    #expect(throws: expected) { try SafetensorsFile(bytes) }
    #expect(!expected.description.contains { $0.isNewline })
  }

  @Test func descriptionsStayOnOneShortLine() {
    let error = SafetensorsError.overlap(tensor: "a\nb\u{1B}[2J\u{2028}" + String(repeating: "x", count: 5000))
    #expect(!error.description.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{2028}" })
    #expect(error.description.utf8.count < 160)
  }

  /// Flips, cuts, inserts and repeats bytes: every input is either an error or a file whose tensors can all be read.
  @Test func survivesMutations() {
    var state: UInt64 = 0x5AFE
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    var refused = 0
    var accepted = 0
    for _ in 0..<20_000 {
      var bytes = Self.sample
      for _ in 0...random(2) * random(8) {
        let place = random(max(bytes.count, 1))
        guard !bytes.isEmpty else { break }
        switch random(6) {
        case 0: bytes[place] ^= 1 << UInt8(random(8))
        case 1: bytes[place] = UInt8(random(256))
        case 2: bytes.remove(at: place)
        case 3: bytes.insert(Array(#"{}[]",:-0129e\u"#.utf8)[random(15)], at: place)
        case 4: bytes.removeLast(random(bytes.count) / 8)
        default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + random(20))], at: place)
        }
      }
      do throws(SafetensorsError) {
        let file = try SafetensorsFile(bytes)
        accepted += 1
        var covered = 0
        for tensor in file.tensors {
          covered += tensor.range.count
          do throws(SafetensorsError) {
            let values = try file.floats(tensor.name, shape: tensor.shape)
            #expect(values.count == tensor.shape.reduce(1, *))
          } catch {
            let expected: [SafetensorsError] = [
              .notFloats(tensor: tensor.name, dtype: tensor.dtype),
              .unknownType(tensor: tensor.name, dtype: tensor.dtype),
            ]
            #expect(expected.contains(error))
          }
        }
        #expect(file.tensors.isEmpty || file.tensors[0].range.lowerBound + covered == bytes.count)
      } catch {
        refused += 1
        if error.description.contains(where: \.isNewline) { Issue.record("a description of two lines: \(error)") }
      }
    }
    // Flips among the values are accepted, those in the header mostly not: both paths were taken.
    #expect(refused > 5_000)
    #expect(accepted > 300)
  }
}

@Suite struct JSONTests {
  @Test func printsShortest() {
    let value = JSONValue.object([
      ("a", .array([.null, .bool(true), .integer(-3), .number(0.1), .float(0.1), .number(.nan), .float(-.infinity)])),
      ("b\"\n\u{1}", .string("\\é\u{2028}")), ("c", .object([])), ("d", .array([])),
      ("e", .object([("f", .integer(1))])),
    ])
    #expect(
      value.text
        == #"{"a":[null,true,-3,0.1,0.1,null,null],"b\"\n\u0001":"\\é\u2028","c":{},"d":[],"e":{"f":1}}"#)
    // Bytes of what is escaped occur in other characters too.
    #expect(JSONValue.string("\u{85}\u{2029}\u{E9}\u{A8}\u{20A8}\u{2027}\u{C2}").text == #""\u0085\u2029é¨₨‧Â""#)
    #expect(
      JSONValue.object([("a", .array([.integer(1), .integer(2)])), ("b", .array([]))]).prettyText
        == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": []\n}")
  }

  @Test func parsesWhatItPrints() throws {
    let value = JSONValue.object([
      (
        "a",
        .array([
          .null, .bool(false), .integer(.min), .number(.leastNonzeroMagnitude), .number(.greatestFiniteMagnitude),
          .number(-0.0),
        ])
      ),
      ("é\u{0}\u{7F}", .string("\u{1F600}\t\r/")),
    ])
    #expect(try JSONValue(parsing: Array(value.text.utf8)) == value)
    #expect(try JSONValue(parsing: Array(value.prettyText.utf8)) == value)
    #expect(try JSONValue(parsing: Array(#"  "\ud83d\ude00\u00e9\/\b\f" "#.utf8)) == .string("\u{1F600}é/\u{8}\u{C}"))
    #expect(try JSONValue(parsing: Array("x[-0,1E2]x".utf8)[1..<9]) == .array([.number(-0.0), .number(100)]))
  }

  @Test(arguments: [
    "", " ", "{", "[", "[1", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\":1,\"a\":2}",
    #"{"a":1,"\u0061":2}"#, "01", "-", "+1", "1.", ".5", "1e", "1e+", "1e999", "nul", "nulll", "True", "NaN", "1 2",
    "\"", "\"\\", "\"\\x\"", "\"\n\"", #""\u12""#, #""\ud800""#, #""\ud800\u0041""#, #""\udc00""#, "\u{FEFF}1", "[1]]",
    "'a'", "//", "1\u{0}",
  ]) func refuses(_ text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
  }

  @Test(arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]])
  func refusesWhatIsNotUTF8(_ bytes: [UInt8]) {
    #expect(throws: JSONError(offset: 0, reason: "a string is not UTF-8")) {
      try JSONValue(parsing: [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")])
    }
  }

  @Test func limitsDepth() {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    #expect(throws: Never.self) { try JSONValue(parsing: nested(64)) }
    #expect(throws: JSONError(offset: 64, reason: "nested too deeply")) { try JSONValue(parsing: nested(65)) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)) }
  }
}
