extension Span<UInt8> {
  /// Eight bytes as one little-endian number: texts are read so where a loop over single bytes would be the longest
  /// part.
  ///
  /// - Precondition: they are within the span.
  @inlinable @inline(__always)
  package func eightBytes(at position: Int) -> UInt64 {
    // Any bits are a number, and the span checks the place.
    unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
  }
}
