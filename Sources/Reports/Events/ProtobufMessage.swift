/// A message in Protocol Buffers' wire format while it is written, field by field.
///
/// Event files need five kinds of fields of five messages; the library for the whole format would be the package's
/// largest dependency.
struct ProtobufMessage {
  /// The fields so far.
  private(set) var bytes: [UInt8] = []

  /// Adds an integer, as `int32`, `int64`, `uint64` and enumerations are kept.
  mutating func add(_ field: Int, _ value: Int) {
    begin(field, wireType: 0)
    varint(UInt64(bitPattern: Int64(value)))
  }

  /// Adds a `double`.
  mutating func add(_ field: Int, _ value: Double) {
    begin(field, wireType: 1)
    fixed(value.bitPattern)
  }

  /// Adds a `float`.
  mutating func add(_ field: Int, _ value: Float) {
    begin(field, wireType: 5)
    fixed(value.bitPattern)
  }

  /// Adds a `string`, or `bytes` that are text.
  mutating func add(_ field: Int, _ text: String) { add(field, bytes: Array(text.utf8)) }

  /// Adds a message, which `fill` writes.
  mutating func add(_ field: Int, _ fill: (inout ProtobufMessage) -> Void) {
    var inner = ProtobufMessage()
    fill(&inner)
    add(field, bytes: inner.bytes)
  }

  private mutating func add(_ field: Int, bytes content: [UInt8]) {
    begin(field, wireType: 2)
    varint(UInt64(content.count))
    bytes += content
  }

  private mutating func begin(_ field: Int, wireType: Int) { varint(UInt64(field << 3 | wireType)) }

  /// Seven bits a byte, the lowest first; the eighth bit says that more follow.
  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func fixed(_ value: some FixedWidthInteger) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }
}
