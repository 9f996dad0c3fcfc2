/// Human numbers, one after another with commas between them, as the document that their file is read as; made without
/// spelling it out and reading it back.
struct NumbersDocument: Document {
  /// What the vocabulary is made from.
  let words: WordCounts
  private let numbers: ClosedRange<Int>
  /// The place of each of `HumanNumbers.spellings`, or −1; and that of the comma.
  private let places: [Int32]
  private let comma: Int32
  /// How many tokens come before each `Self.interval`-th number, its comma included.
  private let starts: [Int]

  /// Numbers between two places to start from.
  private static let interval = 64

  var count: Int { words.total }

  /// - numbers: 1…9999 or a part of it.
  init(_ numbers: ClosedRange<Int>) {
    var words = WordCounts()
    var places = [Int32](repeating: -1, count: HumanNumbers.spellings.count)
    var comma: Int32 = -1
    var starts: [Int] = []
    for number in numbers {
      if (number - numbers.lowerBound) % Self.interval == 0 { starts.append(words.total) }
      if number > numbers.lowerBound {
        if comma < 0 { comma = words.add(",") }
        words.count(comma)
      }
      HumanNumbers.forEachWord(of: number) { word in
        if places[word] < 0 { places[word] = words.add(HumanNumbers.spellings[word]) }
        words.count(places[word])
      }
    }
    self.words = words
    self.numbers = numbers
    self.places = places
    self.comma = comma
    self.starts = starts
  }

  /// - Complexity: linear in the range.
  func places(_ range: Range<Int>) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(range.count)
    // The first token is `xxbos`, whose place is 0; the first number begins after it.
    if range.contains(0) { result.append(0) }
    let group = max(0, starts.partitioningIndex { $0 > range.lowerBound } - 1)
    var position = starts[group]
    func token(_ place: Int32) {
      if range.contains(position) { result.append(place) }
      position += 1
    }
    var number = numbers.lowerBound + group * Self.interval
    while position < range.upperBound {
      if number > numbers.lowerBound { token(comma) }
      HumanNumbers.forEachWord(of: number) { token(places[$0]) }
      number += 1
    }
    return result
  }
}

extension Array {
  /// The index of the first element for which `isBeyond` holds, as it does for all after it.
  fileprivate func partitioningIndex(where isBeyond: (Element) -> Bool) -> Int {
    var range = 0..<count
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      range = isBeyond(self[middle]) ? range.lowerBound..<middle : (middle + 1)..<range.upperBound
    }
    return range.lowerBound
  }
}
