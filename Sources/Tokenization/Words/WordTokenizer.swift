internal import Corpus

/// fastai's word tokens, in one pass: its rules (`fix_html`, `replace_rep`, `replace_wrep`, `spec_add_spaces`,
/// `rm_useless_spaces`, `replace_all_caps`, `replace_maj`, `lowercase` of fastai.text.core), then punctuation split off
/// words.
///
/// Where it differs from fastai, it is on purpose: letters' cases are Unicode's, not only ASCII's; each line's end is a
/// token `\n`, across which `xxwrep` doesn't reach, so that lines can be worked on apart; HTML's left-overs such as
/// `amp;` are put right where they are by themselves, not at the end of "camp;". Words are split as spaCy does it in
/// the common cases (`PieceSplitter`), without its lists of exceptions.
///
/// A line without anything unusual, which is nearly every one, is read where it stands; another is rewritten first
/// (`TextRules`).
struct WordTokenizer: Sendable {
  /// What is between white space, or one of the characters / # \.
  private struct Piece {
    var range: Range<Int>
    /// Bits of `ByteKinds` of all its bytes.
    var kinds: UInt8
    /// Upper-case ASCII letters.
    var capitals: Int32
    /// Bytes that aren't ASCII letters.
    var others: Int32
    var followsSpace: Bool
    /// Whether one of the rules that rewrite may be about it.
    var isSuspect: Bool
  }

  private var pieces: [Piece] = []
  private let byteKinds = ByteKinds.table
  private var rules = TextRules()
  private var splitter = PieceSplitter()

  /// Appends the tokens of whole lines of valid UTF-8.
  mutating func tokenize(_ text: [UInt8], into tokens: inout TokenBuffer) {
    tokenize(text, isRewritten: false, into: &tokens)
  }

  /// - isRewritten: whether the rules that rewrite have been applied to the text.
  private mutating func tokenize(_ text: [UInt8], isRewritten: Bool, into tokens: inout TokenBuffer) {
    let bytes = text.span
    var position = 0
    var lineStart = 0
    var followsSpace = true
    while position < bytes.count {
      let kind = byteKinds[Int(bytes[position])]
      if kind == ByteKinds.space {
        position += 1
        followsSpace = true
        continue
      }
      if kind == ByteKinds.lineEnd {
        flush(text, into: &tokens)
        tokens.append(.lineEnd)
        let isPair = bytes[position] == UInt8(ascii: "\r") && position + 1 < bytes.count && bytes[position + 1] == 0x0A
        position += isPair ? 2 : 1
        lineStart = position
        followsSpace = true
        continue
      }
      if kind & ByteKinds.high != 0, ScalarKind.isSpace(text, at: position) {
        position += UTF8Bytes.length(bytes[position])
        followsSpace = true
        continue
      }
      let piece = piece(text, from: position, followsSpace: followsSpace)
      if !isRewritten, piece.isSuspect, rules.mayChange(text, piece.range) {
        // Nothing of the line has become a token yet.
        pieces.removeAll(keepingCapacity: true)
        position = piece.range.upperBound
        while position < bytes.count, byteKinds[Int(bytes[position])] != ByteKinds.lineEnd { position += 1 }
        tokenize(rules.apply(to: text, lineStart..<position), isRewritten: true, into: &tokens)
        continue
      }
      pieces.append(piece)
      position = piece.range.upperBound
      followsSpace = false
    }
    flush(text, into: &tokens)
  }

  /// The piece that begins at `start`, where there is neither white space nor a line's end.
  @inline(__always)
  private func piece(_ text: [UInt8], from start: Int, followsSpace: Bool) -> Piece {
    let bytes = text.span
    let table = byteKinds.span
    if let word = shortWord(bytes, table, from: start, followsSpace: followsSpace) { return word }
    var kinds = table[Int(bytes[start])]
    var capitals: Int32 = kinds == ByteKinds.upper ? 1 : 0
    var others: Int32 = kinds > ByteKinds.upper ? 1 : 0
    var last = bytes[start]
    var end = start + 1
    if kinds & ByteKinds.apart != 0 {
      // A run of these is of pieces.
      let hasRun = start > 1 && bytes[start - 1] == last && bytes[start - 2] == last
      return Piece(
        range: start..<end, kinds: ByteKinds.other, capitals: 0, others: 1, followsSpace: followsSpace,
        isSuspect: hasRun || kinds & ByteKinds.signal != 0)
    }
    var repeated = 1
    var isSuspect = false
    while end < bytes.count {
      let byte = bytes[end]
      let kind = table[Int(byte)]
      if kind >= ByteKinds.space { break }
      if kind == ByteKinds.high, ScalarKind.isSpace(text, at: end) { break }
      kinds |= kind
      if kind != ByteKinds.lower {
        if kind == ByteKinds.upper { capitals += 1 } else { others += 1 }
      }
      if byte == last {
        repeated += 1
        if repeated > 2 { isSuspect = true }
      } else {
        repeated = 1
        last = byte
      }
      end += 1
    }
    return Piece(
      range: start..<end, kinds: kinds, capitals: capitals, others: others, followsSpace: followsSpace,
      isSuspect: isSuspect || kinds & (ByteKinds.signal | ByteKinds.high) != 0)
  }

  /// The piece that begins at `start` where it is the commonest kind: up to seven letters, after which there is white
  /// space, at once or after one character. Nil for others, and near the text's end.
  @inline(__always)
  private func shortWord(_ bytes: Span<UInt8>, _ table: Span<UInt8>, from start: Int, followsSpace: Bool) -> Piece? {
    guard start + 9 <= bytes.count else { return nil }
    let letters = LetterRun(bytes.eightBytes(at: start))
    guard letters.count > 0, letters.count < 8 else { return nil }
    var end = start + letters.count
    var kinds =
      (letters.capitals > 0 ? ByteKinds.upper : 0) | (letters.capitals < letters.count ? ByteKinds.lower : 0)
    let next = table[Int(bytes[end])]
    let hasCharacter = next < ByteKinds.space
    if hasCharacter {
      guard next & ByteKinds.high == 0, table[Int(bytes[end + 1])] >= ByteKinds.space else { return nil }
      kinds |= next
      end += 1
    }
    return Piece(
      range: start..<end, kinds: kinds, capitals: Int32(truncatingIfNeeded: letters.capitals),
      others: hasCharacter ? 1 : 0, followsSpace: followsSpace,
      isSuspect: letters.hasRepetition || kinds & ByteKinds.signal != 0)
  }

  /// Turns a line's pieces into tokens.
  private mutating func flush(_ text: [UInt8], into tokens: inout TokenBuffer) {
    var index = 0
    while index < pieces.count {
      let (times, rest) = repetition(text, at: index)
      guard times > 2 else {
        emit(text, pieces[index], into: &tokens)
        index += 1
        continue
      }
      let word = pieces[index]
      tokens.append(.repeatedWord)
      let number = Array("\(times)".utf8)
      tokens.append(number, number.indices)
      emit(text, word, into: &tokens)
      index += times
      // The last one has more after it, which stays as a piece of its own.
      if rest > 0 {
        index -= 1
        let last = pieces[index].range
        pieces[index] = piece(text, from: last.upperBound - rest, followsSpace: true)
      }
    }
    pieces.removeAll(keepingCapacity: true)
  }

  /// How often the word at `index` is repeated there, and the bytes that follow the last one without a space:
  /// fastai's `(?:\s|^)(\w+)\s+((?:\1\s+)+)\1(\s|\W|$)`.
  @inline(__always)
  private func repetition(_ text: [UInt8], at index: Int) -> (times: Int, rest: Int) {
    let word = pieces[index]
    guard index + 2 < pieces.count, text[pieces[index + 1].range.lowerBound] == text[word.range.lowerBound],
      word.followsSpace, isSame(text, pieces[index + 1].range, word.range), isWord(text, word)
    else { return (1, 0) }
    var times = 1
    while index + times < pieces.count {
      let next = pieces[index + times]
      guard next.followsSpace else { break }
      if isSame(text, next.range, word.range) {
        times += 1
        continue
      }
      let length = word.range.count
      let start = next.range.lowerBound
      if next.range.count > length, isSame(text, start..<(start + length), word.range),
        !ScalarKind.at(text, start + length).isInWord
      {
        return (times + 1, next.range.count - length)
      }
      break
    }
    return (times, 0)
  }

  private func isSame(_ text: [UInt8], _ one: Range<Int>, _ other: Range<Int>) -> Bool {
    one.count == other.count && (0..<one.count).allSatisfy { text[one.lowerBound + $0] == text[other.lowerBound + $0] }
  }

  private func isWord(_ text: [UInt8], _ piece: Piece) -> Bool {
    var position = piece.range.lowerBound
    while position < piece.range.upperBound {
      guard ScalarKind.at(text, position).isInWord else { return false }
      position += UTF8Bytes.length(text[position])
    }
    return true
  }

  /// Marks the piece's capitals, makes it lower case, and splits it.
  @inline(__always)
  private mutating func emit(_ text: [UInt8], _ piece: Piece, into tokens: inout TokenBuffer) {
    if piece.kinds & ByteKinds.high != 0 {
      splitter.splitUnicode(text, piece.range, into: &tokens)
      return
    }
    if piece.capitals > 0, piece.range.count > 1, byteKinds[Int(text[piece.range.lowerBound])] == ByteKinds.upper {
      if piece.kinds & ByteKinds.lower == 0 {
        tokens.append(.upperCase)
      } else if piece.capitals == 1 {
        tokens.append(.capitalised)
      }
    }
    if piece.others == 0 {
      tokens.appendLowercased(text, piece.range)
    } else if piece.others == 1, piece.range.count > 1, ByteKinds.ends(text[piece.range.upperBound - 1]) {
      // Nearly every word that isn't of letters only.
      tokens.appendLowercased(text, piece.range.lowerBound..<(piece.range.upperBound - 1))
      tokens.append(text, (piece.range.upperBound - 1)..<piece.range.upperBound)
    } else {
      splitter.splitASCII(text, piece.range, into: &tokens)
    }
  }
}
