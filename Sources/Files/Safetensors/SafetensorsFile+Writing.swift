internal import Memory

extension SafetensorsFile {
  /// A file of tensors in the given order, little-endian.
  ///
  /// Names must differ, be at most 256 bytes long, and none may be `__metadata__`; metadata keys likewise. The header
  /// is padded with spaces so that the data starts at a multiple of eight bytes; tensors follow each other without
  /// padding, as the format demands, so only wide elements before narrow ones keep all of them aligned.
  public static func bytes(tensors: [NamedTensor], metadata: [(String, String)]) -> [UInt8] {
    var bytes = header(
      tensors: tensors.map { TensorShape($0.name, dtype: $0.values.dtype, shape: $0.shape, $0.values.byteCount) },
      metadata: metadata)
    bytes.reserveCapacity(bytes.count + tensors.reduce(0) { $0 + $1.values.byteCount })
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

  /// A tensor of a file whose elements are written later.
  package struct TensorShape: Sendable {
    let name, dtype: String
    let shape: [Int]
    let byteCount: Int

    /// Takes what the header says of a tensor.
    init(_ name: String, dtype: String, shape: [Int], _ byteCount: Int) {
      self.name = name
      self.dtype = dtype
      self.shape = shape
      self.byteCount = byteCount
    }

    /// A tensor of `F32`.
    package init(floats name: String, shape: [Int]) {
      self.init(name, dtype: "F32", shape: shape, 4 * shape.reduce(1, *))
    }
  }

  /// All that precedes the tensors of a file, which follow in the given order without padding: see `bytes`.
  package static func header(tensors: [TensorShape], metadata: [(String, String)]) -> [UInt8] {
    precondition(Set(tensors.map(\.name)).count == tensors.count, "two tensors have the same name")
    precondition(Set(metadata.map(\.0)).count == metadata.count, "two metadata entries have the same key")
    precondition(
      (tensors.map(\.name) + metadata.map(\.0)).allSatisfy { $0.utf8.count <= JSONValue.longestName },
      "a name is too long to be read back")
    var members: [(name: String, value: JSONValue)] = []
    if !metadata.isEmpty {
      members.append((SafetensorsHeader.metadataName, .object(metadata.map { ($0.0, .string($0.1)) })))
    }
    var offset = 0
    for tensor in tensors {
      precondition(tensor.name != SafetensorsHeader.metadataName, "a tensor has the name of the metadata")
      let end = offset + tensor.byteCount
      let entry: [(name: String, value: JSONValue)] = [
        ("dtype", .string(tensor.dtype)), ("shape", .array(tensor.shape.map { .integer($0) })),
        ("data_offsets", .array([.integer(offset), .integer(end)])),
      ]
      members.append((tensor.name, .object(entry)))
      offset = end
    }
    var header = JSONValue.object(members).utf8
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
    precondition(
      header.count <= maximumHeader, "a header of \(header.count) bytes can't be read back")
    var bytes: [UInt8] = []
    append(UInt64(header.count), to: &bytes)
    bytes.append(contentsOf: header)
    return bytes
  }

  private static func append<Bits: FixedWidthInteger>(_ bits: Bits, to bytes: inout [UInt8]) {
    for byte in 0..<(Bits.bitWidth / 8) { bytes.append(UInt8(truncatingIfNeeded: bits >> Bits(8 * byte))) }
  }
}
