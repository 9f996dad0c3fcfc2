public import Corpus

/// How often each distinct token was seen, in the order first seen.
///
/// Memory is bounded: beyond `limit` distinct tokens, or 1 GiB of them, those seen least are forgotten, until half as
/// many are left. What is forgotten depends on the text and the order in which its pieces are added, never on who has
/// counted them.
///
/// Each token has a number that stays its own; one that comes again after it was forgotten gets another.
public struct TokenCounts: Sendable {
  private var table = WordTable(slots: 1 << 14)
  private var counts: [Int] = []
  /// By place in the table.
  private var numbers: [Int32] = []
  /// The number that the next token not seen before gets.
  public private(set) var nextNumber: Int32 = 0
  private let limit, byteLimit: Int
  /// Tokens counted.
  public private(set) var total = 0
  /// A token may have been counted so many times too little, by having been forgotten; 0 where none was.
  public private(set) var uncertainty = 0

  /// Counts nothing yet.
  ///
  /// - limit: distinct tokens kept between two additions; `tokenize` with 4 Mi of them takes 660 MB.
  /// - byteLimit: bytes of them; what one addition brings must leave the table below 4 GiB.
  public init(limit: Int = 4 << 20, byteLimit: Int = 1 << 30) {
    self.limit = limit
    self.byteLimit = byteLimit
  }

  /// Number of distinct tokens.
  public var distinct: Int { counts.count }

  /// Counts tokens, and returns the number of each.
  @discardableResult
  public mutating func add(_ tokens: TokenBuffer) -> [Int32] {
    let bytes = tokens.bytes
    var result: [Int32] = []
    result.reserveCapacity(tokens.count)
    tokens.forEach { range in
      let place = count(range, of: bytes, times: 1)
      result.append(numbers[place])
    }
    total += tokens.count
    return result
  }

  /// Adds what was counted elsewhere, of text that comes after all so far, and returns the numbers here of its tokens
  /// by theirs there.
  ///
  /// - other: with nothing forgotten.
  @discardableResult
  public mutating func add(_ other: TokenCounts) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(other.counts.count)
    other.table.forEach { range, letters, place in
      let own = count(range, of: letters, times: other.counts[Int(place)])
      result.append(numbers[own])
    }
    total += other.total
    if counts.count > limit || table.byteCount > byteLimit { forgetRarest() }
    return result
  }

  /// The numbers here of the tokens that were counted elsewhere, by theirs there; −1 for those not here.
  ///
  /// - other: with nothing forgotten.
  public func numbers(of other: TokenCounts) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(other.counts.count)
    other.table.forEach { range, letters, _ in
      result.append(table.place(of: range, in: letters).map { numbers[Int($0)] } ?? -1)
    }
    return result
  }

  /// Returns the token's place.
  @inline(__always)
  private mutating func count(_ range: Range<Int>, of bytes: [UInt8], times: Int) -> Int {
    let (place, isNew) = table.place(of: range, in: bytes, ifNew: Int32(counts.count))
    if isNew {
      counts.append(0)
      numbers.append(nextNumber)
      nextNumber += 1
    }
    counts[Int(place)] += times
    return Int(place)
  }

  /// Leaves at most half of the limit, or of the tokens where these are fewer: all seen more often than the bound that
  /// this takes.
  private mutating func forgetRarest() {
    let bound = counts.sorted(by: >)[min(limit, counts.count) / 2]
    var kept = TokenCounts(limit: limit, byteLimit: byteLimit)
    table.forEach { range, letters, place in
      let times = counts[Int(place)]
      guard times > bound else { return }
      let own = kept.count(range, of: letters, times: times)
      kept.numbers[own] = numbers[Int(place)]
    }
    kept.nextNumber = nextNumber
    kept.total = total
    kept.uncertainty = uncertainty + bound
    self = kept
  }

  /// The vocabulary: specials, then tokens by falling count, equal ones in the order first seen.
  ///
  /// - minimum: how often a token must have been seen; maximum: tokens at most, specials included.
  public func vocabulary(minimum: Int, maximum: Int) -> Vocabulary {
    var frequencies: [(word: String, count: Int)] = []
    table.forEach { range, letters, place in
      let times = counts[Int(place)]
      if times >= minimum { frequencies.append((String(decoding: letters[range], as: UTF8.self), times)) }
    }
    return Vocabulary(frequencies: frequencies, minimum: minimum, maximum: maximum)
  }

  /// The ids of the tokens by their numbers; that of `xxunk` for those that the vocabulary lacks, or that were
  /// forgotten.
  public func ids(in vocabulary: Vocabulary) -> [Int32] {
    let encoder = TokenEncoder(vocabulary)
    var result = [Int32](repeating: Vocabulary.unknown, count: Int(nextNumber))
    table.forEach { range, letters, place in
      result[Int(numbers[Int(place)])] = encoder.id(range, of: letters)
    }
    return result
  }

  /// How often the vocabulary's tokens were seen, by id; `xxunk` stands for all that it lacks.
  public func counts(of vocabulary: Vocabulary) -> [Int] {
    let encoder = TokenEncoder(vocabulary)
    var result = [Int](repeating: 0, count: vocabulary.count)
    table.forEach { range, letters, place in
      result[Int(encoder.id(range, of: letters))] += counts[Int(place)]
    }
    // What was forgotten is not in the table.
    result[Int(Vocabulary.unknown)] += total - result.reduce(0, +)
    return result
  }
}
