/// Distinct words by their bytes, each with a number that its first sight has given it: a hash table with linear probing that
/// keeps the words' bytes in one piece.
///
/// With a dictionary of slices, which hashes byte by byte, reading a text takes five times as long.
package struct WordTable: Sendable {
  /// Four to a line of cache.
  private struct Entry {
    var start, length: UInt32
    /// The hash, folded.
    var hash: UInt32
    var place: Int32
  }

  package static let emptyHash: UInt64 = 0xCBF2_9CE4_8422_2325
  /// FNV-1a, one byte further.
  @inline(__always)
  package static func hash(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  /// FNV-1a of the word in those bytes of `text`.
  package static func hash(_ bytes: Range<Int>, in text: [UInt8]) -> UInt64 {
    let source = text.span
    var result = emptyHash
    for index in bytes { result = hash(result, source[index]) }
    return result
  }

  private var entries: [Entry] = []
  /// The words' bytes, one word after the other.
  private var letters: [UInt8] = []
  /// Indices into `entries`, or −1; their number is a power of two, at least twice that of the entries.
  private var slots: [Int32]

  /// Holds no word.
  ///
  /// - slots: a power of two, twice as many as words can come before the table grows.
  package init(slots count: Int = 256) { slots = [Int32](repeating: -1, count: count) }

  /// Number of words.
  package var count: Int { entries.count }

  /// The place of the word in those bytes of `text`, with their hash; `ifNew` becomes that of one not seen before.
  package mutating func place(
    of bytes: Range<Int>, in text: [UInt8], hash: UInt64, ifNew: Int32
  ) -> (place: Int32, isNew: Bool) {
    let slot = slot(of: bytes, in: text, hash: Self.folded(hash))
    if slots[slot] >= 0 { return (entries[Int(slots[slot])].place, false) }
    slots[slot] = Int32(entries.count)
    // Traps beyond 4 GiB of distinct words.
    entries.append(
      Entry(start: UInt32(letters.count), length: UInt32(bytes.count), hash: Self.folded(hash), place: ifNew))
    letters.append(contentsOf: text[bytes])
    if entries.count * 2 > slots.count { grow() }
    return (ifNew, true)
  }

  /// The place of a word; nil for one not seen before.
  package func place(of bytes: Range<Int>, in text: [UInt8], hash: UInt64) -> Int32? {
    let index = slots[slot(of: bytes, in: text, hash: Self.folded(hash))]
    return index >= 0 ? entries[Int(index)].place : nil
  }

  /// Calls `body` with each word in the order first seen: its bytes' range within those of all words, a hash that tables take for the
  /// word's, and its place.
  package func forEach(_ body: (_ bytes: Range<Int>, _ letters: [UInt8], _ hash: UInt64, _ place: Int32) -> Void) {
    for entry in entries {
      let start = Int(entry.start)
      // Folding a folded hash changes nothing.
      body(start..<(start + Int(entry.length)), letters, UInt64(entry.hash), entry.place)
    }
  }

  /// The word's slot, or the free one that would be.
  private func slot(of bytes: Range<Int>, in text: [UInt8], hash: UInt32) -> Int {
    let slots = slots.span
    let entries = entries.span
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let index = Int(slots[slot])
      if entries[index].hash == hash && isSame(entries[index], bytes, in: text) { return slot }
      slot = (slot + 1) & (slots.count - 1)
    }
    return slot
  }

  /// FNV's high bits depend on few of a short word's bytes, its low ones on all; both are folded in.
  private static func folded(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash ^ (hash >> 32)) }

  private func isSame(_ entry: Entry, _ bytes: Range<Int>, in text: [UInt8]) -> Bool {
    guard entry.length == bytes.count else { return false }
    let own = letters.span
    let other = text.span
    let start = Int(entry.start)
    for offset in 0..<bytes.count where own[start + offset] != other[bytes.lowerBound + offset] { return false }
    return true
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for (index, entry) in entries.enumerated() {
      var slot = Int(entry.hash) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(index)
    }
  }
}
