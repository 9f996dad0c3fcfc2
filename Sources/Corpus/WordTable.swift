/// Distinct words by their bytes, each with a number that its first sight has given it: a hash table with linear probing that
/// keeps the words' bytes in one piece.
///
/// A dictionary of slices hashes byte by byte, and looks for its words all over the text.
package struct WordTable: Sendable {
  /// Entries lie in the order first seen, so that those of frequent words share lines of cache.
  private struct Entry {
    let head: WordHead
    let start, length: UInt32
    let place: Int32
  }

  /// Where an entry is looked for.
  private struct Slot {
    /// Index into the entries, or −1.
    var index: Int32
    var hash: UInt32

    static let free = Slot(index: -1, hash: 0)
  }

  private var entries: [Entry] = []
  /// The words' bytes, one word after the other.
  private var letters: [UInt8] = []
  /// Their number is a power of two, at least twice that of the entries.
  private var slots: [Slot]

  /// Holds no word.
  ///
  /// - slots: a power of two, twice as many as words can come before the table grows.
  package init(slots count: Int = 256) { slots = [Slot](repeating: .free, count: count) }

  /// Number of words.
  package var count: Int { entries.count }

  /// Bytes of all words.
  package var byteCount: Int { letters.count }

  /// The place of the word in those bytes of `text`; `ifNew` becomes that of one not seen before.
  package mutating func place(of bytes: Range<Int>, in text: [UInt8], ifNew: Int32) -> (place: Int32, isNew: Bool) {
    let head = WordHead(of: bytes, in: text)
    let hash = Self.hash(of: bytes, in: text, head)
    let slot = slot(of: bytes, in: text, head, hash)
    if slots[slot].index >= 0 { return (entries[Int(slots[slot].index)].place, false) }
    add(bytes, of: text, head, hash, at: slot, place: ifNew)
    return (ifNew, true)
  }

  /// The place of a word; nil for one not seen before.
  package func place(of bytes: Range<Int>, in text: [UInt8]) -> Int32? {
    let head = WordHead(of: bytes, in: text)
    let index = slots[slot(of: bytes, in: text, head, Self.hash(of: bytes, in: text, head))].index
    return index >= 0 ? entries[Int(index)].place : nil
  }

  /// Calls `body` with each word in the order first seen: its bytes' range within those of all words, and its place.
  package func forEach(_ body: (_ bytes: Range<Int>, _ letters: [UInt8], _ place: Int32) -> Void) {
    for entry in entries {
      let start = Int(entry.start)
      body(start..<(start + Int(entry.length)), letters, entry.place)
    }
  }

  @inline(__always)
  private static func hash(of bytes: Range<Int>, in text: [UInt8], _ head: WordHead) -> UInt32 {
    var hash = head.hash(after: UInt64(bytes.count) ^ 0xA076_1D64_78BD_642F)
    var start = bytes.lowerBound + WordHead.size
    while start < bytes.upperBound {
      hash = WordHead(of: start..<bytes.upperBound, in: text).hash(after: hash)
      start += WordHead.size
    }
    return UInt32(truncatingIfNeeded: hash)
  }

  /// The word's slot, or the free one that would be.
  @inline(__always)
  private func slot(of bytes: Range<Int>, in text: [UInt8], _ head: WordHead, _ hash: UInt32) -> Int {
    let slots = slots.span
    let entries = entries.span
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot].index >= 0 {
      if slots[slot].hash == hash {
        let entry = entries[Int(slots[slot].index)]
        if entry.head == head, entry.length == bytes.count,
          bytes.count <= WordHead.size || hasSameRest(entry, bytes, in: text)
        {
          return slot
        }
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return slot
  }

  /// Whether a word of the same length is the same beyond its head.
  private func hasSameRest(_ entry: Entry, _ bytes: Range<Int>, in text: [UInt8]) -> Bool {
    let own = letters.span
    let other = text.span
    let start = Int(entry.start)
    for offset in WordHead.size..<bytes.count where own[start + offset] != other[bytes.lowerBound + offset] {
      return false
    }
    return true
  }

  private mutating func add(
    _ bytes: Range<Int>, of text: [UInt8], _ head: WordHead, _ hash: UInt32, at slot: Int, place: Int32
  ) {
    slots[slot] = Slot(index: Int32(entries.count), hash: hash)
    // Traps beyond 4 GiB of distinct words.
    entries.append(
      Entry(head: head, start: UInt32(letters.count), length: UInt32(bytes.count), place: place))
    letters.append(contentsOf: text[bytes])
    if entries.count * 2 > slots.count { grow() }
  }

  private mutating func grow() {
    var grown = [Slot](repeating: .free, count: slots.count * 2)
    for entry in slots where entry.index >= 0 {
      var slot = Int(entry.hash) & (grown.count - 1)
      while grown[slot].index >= 0 { slot = (slot + 1) & (grown.count - 1) }
      grown[slot] = entry
    }
    slots = grown
  }
}
