import Testing

@testable import Corpus

@Suite("Word table")
struct WordTableTests {
  /// Words of every length around those that are compared in one piece, many of them beginning alike.
  private static let words: [[UInt8]] = {
    var generator = SystemRandomNumberGenerator()
    var words: [[UInt8]] = []
    for length in 1...40 {
      let common = (0..<length).map { _ in UInt8.random(in: 97...99, using: &generator) }
      for place in 0..<length {
        var word = common
        word[place] = UInt8.random(in: 0...255, using: &generator)
        words.append(word)
      }
    }
    return words.shuffled()
  }()

  @Test("finds each word where a dictionary does, wherever it stands in a text")
  func findsWhatADictionaryFinds() {
    let text = Self.words.flatMap { $0 }
    var table = WordTable(slots: 2)
    var places: [[UInt8]: Int32] = [:]
    for _ in 0..<2 {
      var start = 0
      for word in Self.words {
        let range = start..<(start + word.count)
        let new = Int32(places.count)
        let known = places[word]
        #expect(table.place(of: range, in: text) == known, "\(word)")
        let found = table.place(of: range, in: text, ifNew: new)
        #expect(found.place == known ?? new, "\(word)")
        #expect(found.isNew == (known == nil))
        places[word] = found.place
        // The same word where no other bytes stand after it.
        #expect(table.place(of: word.indices, in: word) == found.place)
        start = range.upperBound
      }
    }
    #expect(table.count == places.count)
  }

  @Test("gives the words in the order first seen")
  func keepsTheOrder() {
    var table = WordTable()
    var expected: [[UInt8]] = []
    for word in Self.words where table.place(of: word.indices, in: word, ifNew: 7).isNew { expected.append(word) }
    var seen: [[UInt8]] = []
    table.forEach { range, letters, place in
      seen.append(Array(letters[range]))
      #expect(place == 7)
    }
    #expect(seen == expected)
  }
}
