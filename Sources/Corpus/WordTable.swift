/// The places of a text's distinct words, by their bytes: a hash table with linear probing.
///
/// With a dictionary of slices, which hashes byte by byte, reading a text takes five times as long.
struct WordTable: Sendable {
  private struct Entry {
    var bytes: Range<Int>
    var hash: UInt64
    var place: Int32
  }

  static let emptyHash: UInt64 = 0xCBF2_9CE4_8422_2325
  /// FNV-1a, one byte further.
  static func hash(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }

  private var entries: [Entry] = []
  /// Indices into `entries`, or −1; their number is a power of two, at least twice that of the entries.
  private var slots = [Int32](repeating: -1, count: 256)

  /// The place of the word in those bytes of `text`, always the same text; `ifNew` becomes that of one not seen before.
  mutating func place(
    of bytes: Range<Int>, in text: [UInt8], hash: UInt64, ifNew: Int32
  ) -> (place: Int32, isNew: Bool) {
    let slot = slot(of: bytes, in: text, hash: hash)
    if slots[slot] >= 0 { return (entries[Int(slots[slot])].place, false) }
    slots[slot] = Int32(entries.count)
    entries.append(Entry(bytes: bytes, hash: hash, place: ifNew))
    if entries.count * 2 > slots.count { grow() }
    return (ifNew, true)
  }

  /// The place of a word seen before; traps for another.
  func place(of bytes: Range<Int>, in text: [UInt8], hash: UInt64) -> Int32 {
    entries[Int(slots[slot(of: bytes, in: text, hash: hash)])].place
  }

  /// The word's slot, or the free one that would be.
  private func slot(of bytes: Range<Int>, in text: [UInt8], hash: UInt64) -> Int {
    var slot = firstSlot(hash)
    while slots[slot] >= 0 {
      let entry = entries[Int(slots[slot])]
      if entry.hash == hash && Self.isSame(entry.bytes, bytes, in: text) { return slot }
      slot = (slot + 1) & (slots.count - 1)
    }
    return slot
  }

  private func firstSlot(_ hash: UInt64) -> Int {
    // FNV's high bits depend on few of a short word's bytes, its low ones on all; both are folded in.
    Int(truncatingIfNeeded: hash ^ (hash >> 32)) & (slots.count - 1)
  }

  private static func isSame(_ left: Range<Int>, _ right: Range<Int>, in text: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    for offset in 0..<left.count where text[left.lowerBound + offset] != text[right.lowerBound + offset] {
      return false
    }
    return true
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for (index, entry) in entries.enumerated() {
      var slot = firstSlot(entry.hash)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(index)
    }
  }
}
