/// The words of a text in the human-numbers form: its lines, trimmed and joined by ", ", are one document that starts with
/// `xxbos`; words are separated by white space, and a comma is a word of its own.
///
/// Words are numbered in the order in which they are first seen, so that each distinct one is turned into a string once.
struct WordStream {
  /// Distinct words in the order first seen.
  private(set) var words: [String] = []
  /// How often each was seen.
  private(set) var counts: [Int] = []
  /// The document, as places in `words`.
  private(set) var sequence: [Int32] = []
  private var places: [ArraySlice<UInt8>: Int32] = [:]

  /// - text: UTF-8.
  init(_ text: [UInt8]) {
    append(Array("xxbos".utf8)[...])
    let comma: ArraySlice<UInt8> = [UInt8(ascii: ",")]
    var isFirst = true
    for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
      let parts = line.split(whereSeparator: { $0 == 32 || $0 == 9 || $0 == 13 })
      if parts.isEmpty { continue }
      if !isFirst { append(comma) }
      isFirst = false
      for part in parts {
        var rest = part
        while let place = rest.firstIndex(of: UInt8(ascii: ",")) {
          if place > rest.startIndex { append(rest[rest.startIndex..<place]) }
          append(comma)
          rest = rest[(place + 1)...]
        }
        if !rest.isEmpty { append(rest) }
      }
    }
  }

  private mutating func append(_ word: ArraySlice<UInt8>) {
    if let place = places[word] {
      counts[Int(place)] += 1
      sequence.append(place)
      return
    }
    let place = Int32(words.count)
    places[word] = place
    words.append(String(decoding: word, as: UTF8.self))
    counts.append(1)
    sequence.append(place)
  }
}
