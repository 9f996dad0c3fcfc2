import Testing

@testable import Corpus
@testable import Tokenization

/// Pieces of a text, counted and encoded apart, against the whole.
@Suite struct PiecesTests {
  static let text = """
    In the beginning God created the heaven and the earth.\r
    And the earth was WITHOUT form, and void;

    la la la la! caf\u{E9} \u{4F60}\u{597D} 10,000 amp; don't
    one \ntwo , three\n
    """

  /// The text cut into pieces of at most `size` bytes.
  private func pieces(_ text: [UInt8], size: Int) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var rest = text[...]
    while !rest.isEmpty {
      let part = Array(rest.prefix(size))
      let length = TextCut.length(part, isLast: part.count == rest.count)
      pieces.append(Array(part[..<length]))
      rest = rest.dropFirst(length)
    }
    return pieces
  }

  private func tokens(_ pieces: [[UInt8]], _ kind: TokenizerKind) -> [String] {
    var tokenizer = Tokenizer(kind)
    var buffer = TokenBuffer()
    var result: [String] = []
    for (index, piece) in pieces.enumerated() {
      buffer.removeAll()
      tokenizer.tokenize(piece, endsDocument: index == pieces.count - 1, into: &buffer)
      result += buffer.strings
    }
    return result
  }

  @Test(arguments: TokenizerKind.allCases, [64, 100, 4096])
  func piecesGiveTheWholesTokens(kind: TokenizerKind, size: Int) {
    let text = Array(String(repeating: Self.text, count: 20).utf8)
    let whole = tokens([text], kind)
    #expect(whole.count > 500)
    #expect(tokens(pieces(text, size: size), kind) == whole)
  }

  /// What has no line's end is cut at spaces, and what has none at scalars.
  @Test func longLinesAreCut() {
    let words = Array(String(repeating: "word \u{E9}t\u{E9} ", count: 50).utf8)
    #expect(tokens(pieces(words, size: 33), .word) == tokens([words], .word))
    #expect(tokens(pieces(words, size: 33), .lines) == tokens([words], .lines))
    let solid =
      Array(String(repeating: "\u{1F600}a\r\n", count: 1).utf8)
      + Array(String(repeating: "\u{1F600}\u{E9}", count: 40).utf8)
    let cut = pieces(solid, size: 17)
    #expect(cut.count > 10)
    #expect(cut.allSatisfy { String(validating: $0, as: UTF8.self) != nil })
    #expect(tokens(cut, .char) == tokens([solid], .char))
  }

  /// Lines that end with CR are cut as the tokenizers end them, and CR and LF stay together.
  @Test(arguments: TokenizerKind.allCases, [9, 16, 33]) func anyLineEndIsOne(kind: TokenizerKind, size: Int) {
    for end in ["\r", "\r\n", "\n", "\n\r", "\r\r\n"] {
      let text = Array(String(repeating: "a b c\(end)d e, f\(end)", count: 20).utf8)
      #expect(tokens(pieces(text, size: size), kind) == tokens([text], kind), "\(end.debugDescription)")
    }
    #expect(TextCut.length(Array("one two\rthree".utf8), isLast: false) == 8)
    #expect(TextCut.length(Array("one two\r\nthree\r".utf8), isLast: false) == 9)
    #expect(TextCut.length(Array("one\ttwothree".utf8), isLast: false) == 4)
    #expect(TextCut.length(Array("one\u{3000}twothree".utf8), isLast: false) == 6)
  }

  /// Distinct tokens are forgotten by their bytes, too.
  @Test func longTokensAreForgotten() {
    var all = TokenCounts(byteLimit: 10_000)
    for round in 0..<30 {
      var buffer = TokenBuffer()
      var tokenizer = Tokenizer(.lines)
      let words = (0..<4).map { "\(round)x\($0)" + String(repeating: "y", count: 500) } + ["often", "often"]
      tokenizer.tokenize(Array(words.joined(separator: " ").utf8), endsDocument: true, into: &buffer)
      var own = TokenCounts()
      own.add(buffer)
      all.add(own)
      #expect(all.distinct <= 24)
    }
    #expect(all.uncertainty > 0)
    #expect(all.vocabulary(minimum: 30, maximum: 100).tokens[9] == "often")
  }

  /// The human-numbers form gives what `TextDocument` reads.
  @Test(arguments: ["one \ntwo \nthree \n", "a,b ,\r\n\nc\rd\r", ",\n,", "\n\n x \n\n", "a\u{3000}b\nc"])
  func linesAreTheHumanNumbersForm(text: String) throws {
    let bytes = Array("\(text)\nlast\n".utf8)
    let document = try TextDocument(bytes, name: "test")
    let read = document.places(0..<document.count).map { document.words.words[Int($0)] }
    #expect(["xxbos"] + tokens([bytes], .lines) == read)
    #expect(["xxbos"] + tokens(pieces(bytes, size: 8), .lines) == read)
  }

  @Test func countsDoNotDependOnThePieces() {
    let text = Array(String(repeating: Self.text, count: 30).utf8)
    func count(_ pieces: [[UInt8]]) -> TokenCounts {
      var all = TokenCounts()
      var tokenizer = Tokenizer(.word)
      for piece in pieces {
        var buffer = TokenBuffer()
        tokenizer.tokenize(piece, endsDocument: false, into: &buffer)
        var own = TokenCounts()
        own.add(buffer)
        all.add(own)
      }
      return all
    }
    let whole = count([text])
    let parts = count(pieces(text, size: 200))
    let vocabulary = whole.vocabulary(minimum: 2, maximum: 1000)
    #expect(parts.vocabulary(minimum: 2, maximum: 1000) == vocabulary)
    #expect(parts.counts(of: vocabulary) == whole.counts(of: vocabulary))
    #expect(whole.counts(of: vocabulary).reduce(0, +) == whole.total)
    #expect(Array(vocabulary.tokens[9...11]) == ["\n", "the", "and"])
  }

  @Test func rareTokensAreForgottenBeyondTheLimit() {
    var all = TokenCounts(limit: 100)
    for round in 0..<50 {
      var buffer = TokenBuffer()
      var tokenizer = Tokenizer(.word)
      let rare = (0..<40).map { "rare\(round)x\($0)" }
      tokenizer.tokenize(
        Array((rare + ["often", "often", "also"]).joined(separator: " ").utf8), endsDocument: true, into: &buffer)
      var own = TokenCounts()
      own.add(buffer)
      all.add(own)
      #expect(all.distinct <= 100)
    }
    #expect(all.total == 50 * 43)
    #expect(all.uncertainty > 0)
    let vocabulary = all.vocabulary(minimum: 10, maximum: 100)
    #expect(Array(vocabulary.tokens[9...10]) == ["often", "also"])
    #expect(all.counts(of: vocabulary)[9] == 100)
    #expect(all.counts(of: vocabulary).reduce(0, +) == all.total)
  }

  /// Numbers given piece by piece lead to the ids of the vocabulary, across what is forgotten.
  @Test func numbersBecomeIds() {
    var all = TokenCounts(limit: 60)
    var numbers: [Int32] = []
    var words: [String] = []
    for round in 0..<40 {
      var buffer = TokenBuffer()
      var tokenizer = Tokenizer(.word)
      let text = (0..<20).map { "rare\(round)x\($0)" } + ["some\(round % 20)", "often"]
      tokenizer.tokenize(Array(text.joined(separator: " ").utf8), endsDocument: true, into: &buffer)
      var own = TokenCounts()
      let places = own.add(buffer)
      let mapped = all.add(own)
      numbers += places.map { mapped[Int($0)] }
      words += buffer.strings
    }
    #expect(all.uncertainty > 0)
    let vocabulary = all.vocabulary(minimum: 5, maximum: 100)
    let ids = all.ids(in: vocabulary)
    #expect(vocabulary.tokens[9] == "often")
    #expect(zip(words, numbers).allSatisfy { $0 != "often" || ids[Int($1)] == 9 })
    #expect(zip(words, numbers).allSatisfy { !$0.hasPrefix("rare") || ids[Int($1)] == 0 })
    var other = TokenCounts()
    var buffer = TokenBuffer()
    var tokenizer = Tokenizer(.word)
    tokenizer.tokenize(Array("never often".utf8), endsDocument: true, into: &buffer)
    other.add(buffer)
    #expect(all.numbers(of: other).map { $0 < 0 ? 0 : ids[Int($0)] } == [0, 9])
  }

  @Test func idsAreTheVocabularys() {
    let vocabulary = Vocabulary(frequencies: [("a", 3), ("b", 2), ("e\u{301}", 2), ("\u{E9}", 2)])
    var buffer = TokenBuffer()
    var tokenizer = Tokenizer(.word)
    tokenizer.tokenize(Array("b a \u{E9} c e\u{301} xxunk xxfake".utf8), endsDocument: true, into: &buffer)
    #expect(TokenEncoder(vocabulary).ids(of: buffer) == vocabulary.ids(of: buffer.strings))
    #expect(TokenEncoder(vocabulary).ids(of: buffer) == [10, 9, 12, 0, 11, 0, 15])
  }
}
