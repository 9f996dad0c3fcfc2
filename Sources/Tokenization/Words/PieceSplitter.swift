/// Splits what is between white space into tokens, in lower case.
///
/// Letters, digits and marks stay together, and so does what is between two of them in `3.14`, `1,000`, `22:21`,
/// `u.s` and `o'clock`; of contractions the ending is split off (`it 's`, `do n't`, `we 'll`). Any other character is a
/// token; `--`, `..`, double apostrophes and backquotes are one. An ideograph is a token; marks belong to what they
/// stand on.
struct PieceSplitter: Sendable {
  private var lowered: [UInt8] = []
  /// Of each byte.
  private var kinds: [ScalarKind] = []
  private let asciiKinds = ScalarKind.ascii
  private var capitals = 0
  private var hasLower = false
  private var scalars = 0

  /// Splits a piece of ASCII characters.
  mutating func splitASCII(_ text: [UInt8], _ piece: Range<Int>, into tokens: inout TokenBuffer) {
    lowered.removeAll(keepingCapacity: true)
    kinds.removeAll(keepingCapacity: true)
    for index in piece { appendASCII(text[index]) }
    split(into: &tokens)
  }

  @inline(__always)
  private mutating func appendASCII(_ byte: UInt8) {
    lowered.append(byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte)
    kinds.append(asciiKinds[Int(byte)])
  }

  /// Splits any piece, and marks its capitals as `WordTokenizer` does those of ASCII pieces.
  mutating func splitUnicode(_ text: [UInt8], _ piece: Range<Int>, into tokens: inout TokenBuffer) {
    lowered.removeAll(keepingCapacity: true)
    kinds.removeAll(keepingCapacity: true)
    (capitals, hasLower, scalars) = (0, false, 0)
    var startsUpper = false
    var position = piece.lowerBound
    while position < piece.upperBound {
      let scalar = UTF8Bytes.scalar(text, at: position)
      let entry = UnicodeTable.entry(scalar)
      if entry.isUpper {
        capitals += 1
        if scalars == 0 { startsUpper = true }
      }
      hasLower = hasLower || entry.isLower
      scalars += 1
      if scalar.isASCII {
        appendASCII(text[position])
      } else if scalar == "\u{3A3}", FinalSigma.isFinal(text, piece, at: position) {
        append("\u{3C2}", UnicodeTable.entry("\u{3C2}"))
      } else {
        append(scalar, entry)
      }
      position += UTF8Bytes.length(text[position])
    }
    if startsUpper, scalars > 1 {
      if !hasLower { tokens.append(.upperCase) } else if capitals == 1 { tokens.append(.capitalised) }
    }
    split(into: &tokens)
  }

  private mutating func append(_ scalar: Unicode.Scalar, _ entry: UnicodeTable.Entry) {
    if let lower = entry.lower {
      lowered.append(contentsOf: UTF8.encode(lower).map(Array.init) ?? [])
    } else {
      lowered.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
    }
    kinds.append(entry.kind)
    while kinds.count < lowered.count { kinds.append(.continuation) }
  }

  // MARK: Splitting

  private func split(into tokens: inout TokenBuffer) {
    var start = 0
    while start < kinds.count {
      let end: Int
      switch kinds[start] {
      case .letter, .digit:
        let (wordEnd, cut) = word(from: start)
        if cut > start { tokens.append(lowered, start..<cut) }
        if cut < wordEnd { tokens.append(lowered, cut..<wordEnd) }
        start = wordEnd
        continue
      case .apostrophe:
        let after = scalarEnd(start)
        end = contractionEnd(from: after) ?? doubledEnd(start)
      case .dot, .doubling: end = doubledEnd(start)
      default: end = symbolEnd(start)
      }
      tokens.append(lowered, start..<end)
      start = end
    }
  }

  /// Where the word that begins at `start` ends, and where it is cut in two: at its end when it isn't.
  private func word(from start: Int) -> (end: Int, cut: Int) {
    var end = start
    while end < kinds.count {
      switch kinds[end] {
      case .letter, .digit, .mark, .continuation, .joiner: end += 1
      case .apostrophe:
        let after = scalarEnd(end)
        guard after < kinds.count, kinds[after] == .letter else { return (end, end) }
        if let ending = contractionEnd(from: after) { return (ending, end) }
        if lettersEnd(after) == after + 1, lowered[after] == UInt8(ascii: "t"), end > start + 1,
          lowered[end - 1] == UInt8(ascii: "n")
        {
          return (after + 1, end - 1)
        }
        end = after
      case .dot, .comma, .colon:
        guard end + 1 < kinds.count else { return (end, end) }
        let joins =
          kinds[end - 1] == .digit
          ? kinds[end + 1] == .digit : kinds[end] == .dot && kinds[end + 1] == .letter && kinds[end - 1] != .mark
        guard joins else { return (end, end) }
        end += 1
      case .ideograph, .doubling, .symbol: return (end, end)
      }
    }
    return (end, end)
  }

  /// The end of a contraction's ending whose letters begin at `start`; nil for other letters.
  private func contractionEnd(from start: Int) -> Int? {
    let end = lettersEnd(start)
    switch end - start {
    case 1:
      let letter = lowered[start]
      return letter == UInt8(ascii: "s") || letter == UInt8(ascii: "m") || letter == UInt8(ascii: "d") ? end : nil
    case 2:
      let letters = (lowered[start], lowered[start + 1])
      let isKnown =
        letters == (UInt8(ascii: "r"), UInt8(ascii: "e")) || letters == (UInt8(ascii: "v"), UInt8(ascii: "e"))
        || letters == (UInt8(ascii: "l"), UInt8(ascii: "l"))
      return isKnown ? end : nil
    default: return nil
    }
  }

  private func lettersEnd(_ start: Int) -> Int {
    var end = start
    while end < kinds.count, kinds[end].isInWord || kinds[end] == .continuation { end += 1 }
    return end
  }

  /// Behind one scalar or two equal ones.
  private func doubledEnd(_ start: Int) -> Int {
    let end = symbolEnd(start)
    let next = 2 * end - start
    guard next <= kinds.count, lowered[start..<end] == lowered[end..<next] else { return end }
    return next
  }

  private func scalarEnd(_ start: Int) -> Int {
    var end = start + 1
    while end < kinds.count, kinds[end] == .continuation { end += 1 }
    return end
  }

  /// Behind a scalar with its marks and what is joined to it.
  private func symbolEnd(_ start: Int) -> Int {
    var end = scalarEnd(start)
    while end < kinds.count {
      if kinds[end] == .mark {
        end = scalarEnd(end)
      } else if kinds[end] == .joiner {
        end = scalarEnd(end)
        if end < kinds.count { end = scalarEnd(end) }
      } else {
        break
      }
    }
    return end
  }
}
