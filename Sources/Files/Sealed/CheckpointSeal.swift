package import SystemPackage

/// The SHA-256 that a checkpoint carries of itself: over the whole file, with the digest's own 64 digits taken as
/// zeros. So any changed bit is found, those of the header and of the digest included.
package enum CheckpointSeal {
  /// The name of the first metadata entry.
  package static let name = "sha256"
  /// What is in the digest's place until it is known.
  package static let blank = String(repeating: "0", count: 64)

  /// What every checkpoint has after the header's length, up to the digest.
  private static let opening = Array("{\"__metadata__\":{\"\(name)\":\"".utf8)
  /// The digest's offset in the file.
  package static let place = (8 + opening.count)..<(8 + opening.count + 64)

  /// Puts the digest into a file whose first metadata entry is `name` with `blank`.
  package static func close(_ bytes: inout [UInt8]) {
    precondition(isBlank(bytes), "no place for the digest")
    var digest = StreamDigest()
    digest.update(bytes)
    bytes.replaceSubrange(place, with: digest.digits.utf8)
  }

  /// Whether the file is as it was written.
  package static func isWhole(_ bytes: [UInt8]) -> Bool { (try? isWhole(ByteSource(bytes))) ?? false }

  /// Whether the file is as it was written; reads all of it, piece by piece.
  package static func isWhole(_ source: ByteSource) throws(Errno) -> Bool {
    guard source.count >= place.upperBound else { return false }
    let start = try source.read(0..<place.upperBound)
    guard hasPlace(start) else { return false }
    var digest = StreamDigest()
    var isFirst = true
    try source.forEachPiece { piece in
      guard isFirst else { return digest.update(piece) }
      isFirst = false
      var blanked = piece
      blanked.replaceSubrange(place, with: blank.utf8)
      digest.update(blanked)
    }
    return start[place].elementsEqual(digest.digits.utf8)
  }

  /// Whether a file begins as one whose digest isn't known yet.
  static func isBlank(_ bytes: [UInt8]) -> Bool { hasPlace(bytes) && bytes[place].elementsEqual(blank.utf8) }

  private static func hasPlace(_ bytes: [UInt8]) -> Bool {
    bytes.count >= place.upperBound && bytes[8..<place.lowerBound].elementsEqual(opening)
  }
}
