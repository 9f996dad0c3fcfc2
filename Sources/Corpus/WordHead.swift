/// A word's first bytes, 16 at most, as two little-endian numbers with zeros after its end.
///
/// Words are compared and hashed so, and not byte by byte.
package struct WordHead: Equatable, Sendable {
  package let low, high: UInt64

  /// The head of the word in those bytes of `text`.
  @inline(__always)
  package init(of bytes: Range<Int>, in text: [UInt8]) {
    if bytes.lowerBound + Self.size <= text.count {
      low = text.span.eightBytes(at: bytes.lowerBound) & Self.mask(bytes.count)
      high = text.span.eightBytes(at: bytes.lowerBound + 8) & Self.mask(bytes.count - 8)
    } else {
      // Near the text's end.
      var parts: (UInt64, UInt64) = (0, 0)
      for (place, index) in bytes.prefix(Self.size).enumerated() {
        let byte = UInt64(text[index]) << UInt64(place % 8 * 8)
        if place < 8 { parts.0 |= byte } else { parts.1 |= byte }
      }
      (low, high) = parts
    }
  }

  /// Bytes.
  package static let size = 16

  /// The bits of so many bytes.
  @inline(__always)
  private static func mask(_ bytes: Int) -> UInt64 { UInt64.max >> UInt64(64 - 8 * min(max(bytes, 0), 8)) }

  /// The head with what precedes it mixed to 64 bits, as wyhash does it: the halves of one long product.
  @inline(__always)
  package func hash(after previous: UInt64) -> UInt64 {
    let product = (low ^ previous).multipliedFullWidth(by: high ^ 0xE703_7ED1_A0B4_28DB)
    return product.low ^ product.high
  }
}
