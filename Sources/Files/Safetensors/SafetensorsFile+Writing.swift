internal import Memory

extension SafetensorsFile {
  /// A file of tensors in the given order, little-endian.
  ///
  /// Names must differ, be at most 256 bytes long, and none may be `__metadata__`; metadata keys likewise. The header is
  /// padded with spaces so that the data starts at a multiple of eight bytes; tensors follow each other without padding,
  /// as the format demands, so only wide elements before narrow ones keep all of them aligned.
  public static func bytes(tensors: [NamedTensor], metadata: [(String, String)]) -> [UInt8] {
    precondition(Set(tensors.map(\.name)).count == tensors.count, "two tensors have the same name")
    precondition(Set(metadata.map(\.0)).count == metadata.count, "two metadata entries have the same key")
    precondition(
      (tensors.map(\.name) + metadata.map(\.0)).allSatisfy { $0.utf8.count <= JSONValue.longestName },
      "a name is too long to be read back")
    var members: [(name: String, value: JSONValue)] = []
    if !metadata.isEmpty {
      members.append((metadataName, .object(metadata.map { ($0.0, .string($0.1)) })))
    }
    var offset = 0
    for tensor in tensors {
      precondition(tensor.name != metadataName, "a tensor has the name of the metadata")
      let end = offset + tensor.values.byteCount
      let entry: [(name: String, value: JSONValue)] = [
        ("dtype", .string(tensor.values.dtype)), ("shape", .array(tensor.shape.map { .integer($0) })),
        ("data_offsets", .array([.integer(offset), .integer(end)])),
      ]
      members.append((tensor.name, .object(entry)))
      offset = end
    }
    var header = Array(JSONValue.object(members).text.utf8)
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
    precondition(header.count <= maximumHeader, "a header of \(header.count) bytes can't be read back")

    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + offset)
    append(UInt64(header.count), to: &bytes)
    bytes.append(contentsOf: header)
    for tensor in tensors {
      switch tensor.values {
      case .floats(let values): bytes += littleEndianBytes(values)
      case .doubles(let values): bytes += littleEndianBytes(values)
      case .integers(let values): for value in values { append(value, to: &bytes) }
      case .bytes(let values): bytes.append(contentsOf: values)
      }
    }
    return bytes
  }

  private static func append<Bits: FixedWidthInteger>(_ bits: Bits, to bytes: inout [UInt8]) {
    for byte in 0..<(Bits.bitWidth / 8) { bytes.append(UInt8(truncatingIfNeeded: bits >> Bits(8 * byte))) }
  }
}
