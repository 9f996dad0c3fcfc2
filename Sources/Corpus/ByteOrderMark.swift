/// The mark U+FEFF that some programs begin a text with. It is none of the text.
package enum ByteOrderMark {
  /// In UTF-8.
  package static let bytes: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// How many of the bytes it takes where they begin with it: 3 or 0.
  package static func length(_ text: some Collection<UInt8>) -> Int { text.starts(with: bytes) ? bytes.count : 0 }
}
