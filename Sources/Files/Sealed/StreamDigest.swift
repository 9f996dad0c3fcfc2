internal import Crypto
package import Memory

/// SHA-256 over bytes that come in pieces.
package struct StreamDigest {
  private var hash = SHA256()

  /// Of nothing yet.
  package init() {}

  /// Takes the next bytes.
  package mutating func update(_ bytes: some Sequence<UInt8>) { hash.update(data: Array(bytes)) }

  /// Takes the next bytes.
  package mutating func update(_ bytes: [UInt8]) { hash.update(data: bytes) }

  /// Takes the next floats as their little-endian bytes.
  package mutating func update(_ floats: BufferView<Float>) {
    floats.withLittleEndianBytes { bytes in
      // The call reads the bytes, during the call.
      unsafe bytes.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
    }
  }

  /// The digest so far as 64 hex digits.
  package var digits: String { hexadecimal(hash.finalize()) }
}
