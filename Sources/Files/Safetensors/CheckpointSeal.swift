internal import Crypto

/// The SHA-256 that a checkpoint carries of itself: over the whole file, with the digest's own 64 digits taken as zeros. So any
/// changed bit is found, those of the header and of the digest included.
package enum CheckpointSeal {
  /// The name of the first metadata entry.
  package static let name = "sha256"
  /// What stands in place of the digest until it is known.
  package static let blank = String(repeating: "0", count: 64)

  /// What every checkpoint has behind the header's length, up to the digest.
  private static let opening = Array("{\"__metadata__\":{\"\(name)\":\"".utf8)
  /// Where the digest stands.
  package static let place = (8 + opening.count)..<(8 + opening.count + 64)

  /// Puts the digest into a file whose first metadata entry is `name` with `blank`.
  package static func close(_ bytes: inout [UInt8]) {
    precondition(hasPlace(bytes) && bytes[place].elementsEqual(blank.utf8), "no place for the digest")
    bytes.replaceSubrange(place, with: digest(bytes))
  }

  /// Whether the file is as it was written.
  package static func isWhole(_ bytes: [UInt8]) -> Bool {
    guard hasPlace(bytes) else { return false }
    var blanked = bytes
    blanked.replaceSubrange(place, with: blank.utf8)
    return bytes[place].elementsEqual(digest(blanked))
  }

  private static func hasPlace(_ bytes: [UInt8]) -> Bool {
    bytes.count >= place.upperBound && bytes[8..<place.lowerBound].elementsEqual(opening)
  }

  private static func digest(_ blanked: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(data: blanked)
    return Array(hexadecimal(hash.finalize()).utf8)
  }
}
