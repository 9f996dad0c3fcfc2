/// TensorFlow's container of records, in which event files are kept: each record is its length (8 bytes), the length's
/// masked checksum (4), its bytes, and their masked checksum (4); numbers little-endian.
enum TFRecord {
  /// The frame around `bytes`, with them.
  static func framed(_ bytes: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(bytes.count))
    return length + littleEndian(CRC32C.masked(length)) + bytes + littleEndian(CRC32C.masked(bytes))
  }

  private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<(value.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
