public import SystemPackage

/// Names of files as texts. On Linux a name is any bytes; those that are no UTF-8 are kept in the text as scalars U+10FE80…U+10FEFF, which
/// nobody uses, so that the name can be made of the text again.
///
/// The same scalars in a name become escapes of their bytes, so that no two names have one text.
public enum FileName {
  /// The scalar of byte 0; only 128…255 occur.
  private static let first: UInt32 = 0x10_FE00

  /// The text of a name, or of an argument or a variable that may be one.
  public static func text(_ bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self), text.unicodeScalars.allSatisfy({ byte($0) == nil }) {
      return text
    }
    var text = ""
    var position = 0
    while position < bytes.count {
      // The longest scalar that stands there.
      let scalar = (1...4).lazy.compactMap { length -> (scalar: Unicode.Scalar, length: Int)? in
        guard position + length <= bytes.count,
          let part = String(validating: bytes[position..<(position + length)], as: UTF8.self),
          let scalar = part.unicodeScalars.first
        else { return nil }
        return (scalar, length)
      }.first
      if let scalar, byte(scalar.scalar) == nil {
        text.unicodeScalars.append(scalar.scalar)
        position += scalar.length
      } else {
        text.unicodeScalars.append(Unicode.Scalar(first + UInt32(bytes[position])) ?? "\u{FFFD}")
        position += 1
      }
    }
    return text
  }

  /// The bytes that a text stands for.
  static func bytes(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      if let byte = byte(scalar) { bytes.append(byte) } else { bytes += UTF8.encode(scalar).map(Array.init) ?? [] }
    }
    return bytes
  }

  /// The byte that a scalar stands for; nil for all others.
  static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
    (first + 0x80...first + 0xFF).contains(scalar.value) ? UInt8(scalar.value - first) : nil
  }
}

extension FilePath {
  /// The file of a name in the form of `FileName.text`. A name ends before a NUL.
  public init(named text: String) {
    var characters = FileName.bytes(text).prefix { $0 != 0 }.map { CInterop.PlatformChar(truncatingIfNeeded: $0) }
    characters.append(0)
    self.init(platformString: characters)
  }

  /// The name in the form of `FileName.text`.
  public var named: String {
    // The bytes are copied, during the call.
    unsafe withPlatformString { pointer in
      let characters = unsafe Array(UnsafeBufferPointer(start: pointer, count: length))
      return FileName.text(characters.map { UInt8(truncatingIfNeeded: $0) })
    }
  }
}
