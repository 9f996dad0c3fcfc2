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

/// Floats from their little-endian bytes, four each; bytes after the last whole float are ignored.
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

extension BufferView where Element == Float {
  /// The elements' bytes, little-endian.
  public var littleEndianBytes: [UInt8] {
    precondition(isLittleEndian, "files and digests are made on little-endian machines")
    return Array(UnsafeRawBufferPointer(start: base, count: 4 * count))
  }

  /// Calls `body` with the elements' bytes, little-endian.
  public func withLittleEndianBytes<Result>(_ body: (RawSpan) throws -> Result) rethrows -> Result {
    precondition(isLittleEndian, "files and digests are made on little-endian machines")
    return try body(Span(_unsafeStart: base, count: count).bytes)
  }

  /// Overwrites the elements with those of as many little-endian bytes, four each.
  public func copy(fromLittleEndian bytes: [UInt8]) {
    precondition(isLittleEndian, "files and digests are read on little-endian machines")
    precondition(bytes.count == 4 * count, "copy of \(bytes.count) bytes into \(count) floats")
    bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: base, count: 4 * count).copyMemory(from: $0) }
  }
}

private let isLittleEndian = Int(1).littleEndian == 1
