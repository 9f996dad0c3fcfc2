/// A text in the human-numbers form, one number or any one text a line, as a document. It keeps the text's bytes and a
/// few places to start reading from, no tokens.
struct TextDocument: Document {
  /// What the vocabulary is made from.
  let words: WordCounts
  private let text: [UInt8]
  private let table: WordTable
  /// The comma's place; −1 in a text without one.
  private let comma: Int32
  /// The reader's position before token `Self.interval` · i.
  private let starts: [Int]

  /// Tokens between two places to start reading from.
  private static let interval = 4096

  var count: Int { words.total }

  /// - text: UTF-8; a byte-order mark that it begins with is none of it.
  /// - name: what messages call the text.
  /// - Throws: for a text that is not UTF-8, has no word, is of a single line, or of 4 GiB or more.
  /// - Complexity: linear in the text.
  init(_ text: [UInt8], name: String) throws(CorpusError) {
    do {
      _ = try UTF8Span(validating: text.span)
    } catch {
      throw CorpusError(
        "not UTF-8 text (byte \(error.byteOffsets.lowerBound))", at: name,
        remedy: "convert it to UTF-8, or unpack it if it is packed")
    }
    // The table of words counts their bytes in 32 bits.
    guard text.count <= UInt32.max else {
      throw CorpusError(
        "text of \(text.count) bytes is too long", at: name, remedy: "make token files of it with `dist-train tokenize`"
      )
    }
    var words = WordCounts()
    var table = WordTable()
    var comma: Int32 = -1
    var reader = TextReader(text, from: ByteOrderMark.length(text))
    var starts = [reader.position]
    var linesWithWords = 0
    var lineIsEmpty = true
    while true {
      if words.total == starts.count * Self.interval { starts.append(reader.position) }
      guard let piece = reader.next() else { break }
      if case .lineEnd = piece {
        lineIsEmpty = true
      } else if lineIsEmpty {
        (lineIsEmpty, linesWithWords) = (false, linesWithWords + 1)
      }
      if case .word(let bytes) = piece {
        let found = table.place(of: bytes, in: text, ifNew: Int32(words.words.count))
        words.count(found.isNew ? words.add(String(decoding: text[bytes], as: UTF8.self)) : found.place)
      } else {
        if comma < 0 { comma = words.add(",") }
        words.count(comma)
      }
    }
    if linesWithWords == 0 { throw CorpusError("empty text", at: name, remedy: "give a file with one text a line") }
    if linesWithWords == 1 {
      throw CorpusError("text of a single line", at: name, remedy: "give a file with one text a line, at least two")
    }
    self.words = words
    self.text = text
    self.table = table
    self.comma = comma
    self.starts = starts
  }

  /// - Complexity: linear in the range, which is read from the text again.
  func places(_ range: Range<Int>) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(range.count)
    var position = range.lowerBound / Self.interval * Self.interval
    var reader = TextReader(text, from: starts[range.lowerBound / Self.interval])
    func token(_ place: Int32) {
      if range.contains(position) { result.append(place) }
      position += 1
    }
    // The first token is `xxbos`, whose place is 0.
    if position == 0 { token(0) }
    while position < range.upperBound, let piece = reader.next() {
      if case .word(let bytes) = piece {
        guard let place = table.place(of: bytes, in: text) else {
          preconditionFailure("a word that the first pass has not seen")
        }
        token(place)
      } else {
        token(comma)
      }
    }
    return result
  }
}
