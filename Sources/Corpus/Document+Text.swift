extension Document {
  /// Reads a text in the human-numbers form as the notebook does: its lines, trimmed, are joined by ", "; words stand
  /// between white space (ASCII's), and a comma is a word of its own.
  ///
  /// A line ends with LF, CR or both. An empty one counts as a line, as it does there.
  ///
  /// - text: UTF-8.
  /// - name: what messages call the text.
  /// - Throws: for a text that is not UTF-8, has no word, or is of a single line.
  /// - Complexity: linear in the text.
  init(text: [UInt8], name: String) throws(CorpusError) {
    do {
      _ = try UTF8Span(validating: text.span)
    } catch {
      throw CorpusError(
        "not UTF-8 text (byte \(error.byteOffsets.lowerBound))", at: name, remedy: "convert it to UTF-8")
    }
    self.init()
    var table = WordTable(text)
    // Words of English are six bytes with their space.
    reserveCapacity(text.count / 5)
    var linesWithWords = 0
    var position = 0
    while position < text.count {
      if position > 0 { appendComma() }
      let lengthBefore = sequence.count
      position = appendLine(of: text, from: position, &table)
      if sequence.count > lengthBefore { linesWithWords += 1 }
    }
    if linesWithWords == 0 { throw CorpusError("empty text", at: name, remedy: "give a file with one text a line") }
    if linesWithWords == 1 {
      throw CorpusError("text of a single line", at: name, remedy: "give a file with one text a line, at least two")
    }
  }

  /// Appends the words from `start` to the end of their line, and returns where the next line begins.
  private mutating func appendLine(of text: [UInt8], from start: Int, _ table: inout WordTable) -> Int {
    var wordStart = start
    var hash = WordTable.emptyHash
    var position = start
    while true {
      let byte = position < text.count ? text[position] : UInt8(ascii: "\n")
      guard byte == 0x20 || (0x09...0x0D).contains(byte) || byte == UInt8(ascii: ",") else {
        hash = WordTable.hash(hash, byte)
        position += 1
        continue
      }
      if position > wordStart {
        let found = table.place(of: wordStart..<position, hash: hash, ifNew: Int32(words.count))
        append(found.isNew ? add(String(decoding: text[wordStart..<position], as: UTF8.self)) : found.place)
      }
      if byte == UInt8(ascii: ",") { appendComma() }
      position += 1
      wordStart = position
      hash = WordTable.emptyHash
      if byte == UInt8(ascii: "\n") { return position }
      if byte == UInt8(ascii: "\r") {
        return position < text.count && text[position] == UInt8(ascii: "\n") ? position + 1 : position
      }
    }
  }
}

/// The places of a text's distinct words, by their bytes: a hash table with linear probing.
///
/// With a dictionary of slices, which hashes byte by byte, reading a text takes five times as long.
private struct WordTable {
  private struct Entry {
    var bytes: Range<Int>
    var hash: UInt64
    var place: Int32
  }

  static let emptyHash: UInt64 = 0xCBF2_9CE4_8422_2325
  /// FNV-1a, one byte further.
  static func hash(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }

  private let text: [UInt8]
  private var entries: [Entry] = []
  /// Indices into `entries`, or −1; their number is a power of two, at least twice that of the entries.
  private var slots = [Int32](repeating: -1, count: 256)

  init(_ text: [UInt8]) { self.text = text }

  /// The place of the word in those bytes of the text; `ifNew` becomes that of one not seen before.
  mutating func place(of bytes: Range<Int>, hash: UInt64, ifNew: Int32) -> (place: Int32, isNew: Bool) {
    var slot = firstSlot(hash)
    while slots[slot] >= 0 {
      let entry = entries[Int(slots[slot])]
      if entry.hash == hash && isSame(entry.bytes, bytes) { return (entry.place, false) }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = Int32(entries.count)
    entries.append(Entry(bytes: bytes, hash: hash, place: ifNew))
    if entries.count * 2 > slots.count { grow() }
    return (ifNew, true)
  }

  private func firstSlot(_ hash: UInt64) -> Int {
    // FNV's high bits depend on few of a short word's bytes, its low ones on all; both are folded in.
    Int(truncatingIfNeeded: hash ^ (hash >> 32)) & (slots.count - 1)
  }

  private func isSame(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
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
