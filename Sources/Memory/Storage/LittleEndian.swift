/// The bytes of floats, little-endian.
public func littleEndianBytes(_ values: [Float]) -> [UInt8] {
  precondition(isLittleEndian, "files and digests are made on little-endian machines")
  return values.withUnsafeBytes { Array($0) }
}

/// The bytes of doubles, little-endian.
public func littleEndianBytes(_ values: [Double]) -> [UInt8] {
  precondition(isLittleEndian, "files and digests are made on little-endian machines")
  return values.withUnsafeBytes { Array($0) }
}

/// Floats from their little-endian bytes, four each; bytes beyond the last whole one are left out.
public func floats(littleEndian bytes: ArraySlice<UInt8>) -> [Float] {
  precondition(isLittleEndian, "files and digests are read on little-endian machines")
  let count = bytes.count / 4
  return [Float](unsafeUninitializedCapacity: count) { buffer, filled in
    bytes.withUnsafeBytes { source in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<(4 * count)]))
    }
    filled = count
  }
}

extension Window where Element == Float {
  /// The elements' bytes, little-endian.
  public var littleEndianBytes: [UInt8] {
    precondition(isLittleEndian, "files and digests are made on little-endian machines")
    return Array(UnsafeRawBufferPointer(start: base, count: 4 * count))
  }
}

private let isLittleEndian = Int(1).littleEndian == 1
