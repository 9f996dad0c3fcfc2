import Testing

@testable import Tokenization

/// From tokens back to a readable text.
@Suite struct TextWriterTests {
  /// Texts that come back as they were.
  @Test(
    arguments: [
      "In the beginning God created the heaven and the earth.", "He said, \"Come here!\" and (then) left; why?",
      "It's 10% off, isn't it? We'll see the well-known U.S. NASA.", "one\ntwo\n\nthree", "1000 times: nooooo!!!",
      "Ha ha ha ha, no no no no", "Caf\u{E9} \u{C9}COLE costs $3.50.",
    ])
  func readableTextsComeBack(text: String) {
    let expected = text.replacing("U.S.", with: "u.s.").replacing("U.S", with: "u.s")
    let written = TextWriter.text(Tokenizer.tokens(text, .word), .word)
    #expect(written == text || written == expected || written.lowercased() == text.lowercased(), "\(written)")
  }

  /// What is written is cut into the same tokens again.
  @Test func writingLosesNoToken() {
    let tokens = Tokenizer.tokens(PiecesTests.text, .word)
    #expect(Tokenizer.tokens(TextWriter.text(tokens, .word), .word) == tokens)
  }

  @Test func humanNumbersAndCharacters() {
    let tokens = ["xxbos"] + Tokenizer.tokens("eight thousand one , eight thousand two", .lines)
    #expect(TextWriter.text(tokens, .lines) == "eight thousand one, eight thousand two")
    let text = "a \u{1F600}\r\n \u{E9}"
    #expect(TextWriter.text(["xxbos"] + Tokenizer.tokens(text, .char) + ["xxfake"], .char) == text)
  }

  /// A model may write anything.
  @Test(
    arguments: [
      (["xxrep", "xxrep", "3", "a"], "aaa"), (["xxwrep", "no"], "no"), (["xxmaj", "xxup", "ab"], "AB"),
      (["xxrep", "99999999999", "a"], "99999999999 a"), (["xxunk", ",", "xxpad", "a"], "xxunk, a"), (["xxmaj"], ""),
      (["xxwrep", "2", "xxmaj", "ab"], "Ab Ab"), (["a", "xxbos", "b"], "a\nb"), (["xxrep", "3", "\n"], "\n"),
    ] as [([String], String)])
  func rulesThatAreCutOff(tokens: [String], expected: String) {
    #expect(TextWriter.text(tokens, .word) == expected)
  }
}
