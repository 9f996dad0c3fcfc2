import Testing

@testable import Tokenization

/// fastai's rules and the splitting of words, against expectations written by hand; those of fastai's own documentation
/// among them.
@Suite struct WordRulesTests {
  private func words(_ text: String) -> String {
    Tokenizer.tokens(text, .word).map { $0 == "\n" ? "\\n" : $0 }.joined(separator: " ")
  }

  @Test(
    arguments: [
      ("Jeremy Howard", "xxmaj jeremy xxmaj howard"), ("I'M SHOUTING", "xxup i 'm xxup shouting"),
      ("I am speaking normally", "i am speaking normally"), ("McDonald's", "mcdonald 's"),
      ("A1 a1", "xxup a1 a1"), ("NASA, USA", "xxup nasa , xxup usa"), ("\"Hello\"", "\" hello \""),
      ("", ""), ("   ", ""), ("I", "i"),
    ] as [(String, String)])
  func capitals(text: String, expected: String) { #expect(words(text) == expected) }

  @Test(
    arguments: [
      ("aa", "aa"), ("aaaa", "xxrep 4 a"), ("so loooong!!!", "so l xxrep 4 o ng xxrep 3 !"),
      ("AAAA", "xxrep 4 a"), ("1000", "1 xxrep 3 0"), ("----- x", "xxrep 5 - x"),
      ("\u{E9}\u{E9}\u{E9}", "xxrep 3 \u{E9}"),
      ("a    b", "a b"), ("=== ==", "xxrep 3 = = ="),
    ] as [(String, String)])
  func repeatedCharacters(text: String, expected: String) { #expect(words(text) == expected) }

  @Test(
    arguments: [
      ("ah ah", "ah ah"), ("ah ah ah", "xxwrep 3 ah"), ("ah ah   ah  ah", "xxwrep 4 ah"),
      ("ah ah ah ah.", "xxwrep 4 ah ."), ("ah ah ahi", "ah ah ahi"), ("Ah Ah Ah", "xxwrep 3 xxmaj ah"),
      ("x no no no, no", "x xxwrep 3 no , no"), ("ah ah\nah", "ah ah \\n ah"), ("a/ a/ a/", "a / a / a /"),
      ("la la la di di di", "xxwrep 3 la xxwrep 3 di"), ("holy, holy, holy, LORD", "holy , holy , holy , xxup lord"),
    ] as [(String, String)])
  func repeatedWords(text: String, expected: String) { #expect(words(text) == expected) }

  @Test(
    arguments: [
      ("#39;bli#146;", "' bli '"), ("Sarah amp; Duck...", "xxmaj sarah & xxmaj duck \u{2026}"),
      ("a nbsp; #36;", "a $"), ("\\\" <unk>", "\" xxunk"), ("one @.@ five @-@ two", "one.five - two"),
      ("<br />text\\n", "\\n text \\n"), ("the camp; and", "the camp ; and"), ("R&amp;D", "xxup r & d"),
      ("it&#39;s caf&eacute; &#x41;b", "it 's caf\u{E9} xxmaj ab"), ("&nosuch; &;", "& nosuch ; & ;"),
      ("&#0; &#55555555;", "\u{FFFD} \u{FFFD}"), ("&lt;3", "< 3"),
    ] as [(String, String)])
  func leftOversOfHTML(text: String, expected: String) { #expect(words(text) == expected) }

  @Test(
    arguments: [
      ("#fastai", "# fastai"), ("and/or\\", "and / or \\"),
      ("This isn't the easiest text.", "xxmaj this is n't the easiest text ."),
      ("can't we'll o'clock 'tis", "ca n't we 'll o'clock ' tis"),
      ("it\u{2019}s don\u{2019}t", "it \u{2019}s do n\u{2019}t"),
      ("3.14, 1,000; 22:21 u.s. end.", "3.14 , 1 , xxrep 3 0 ; 22:21 u.s . end ."), ("1,250", "1,250"),
      ("well-known -- yes", "well - known -- yes"), ("(a) [b] {c}", "( a ) [ b ] { c }"), ("$10 50%", "$ 10 50 %"),
      ("snake_case __x__", "snake_case __x__"), ("a@b.com", "a @ b.com"), ("``quoted''", "`` quoted ''"),
      ("cats' n't", "cats ' n't"), ("its 's", "its 's"), ("x't", "x't"), ("a,b 1,b", "a , b 1 , b"),
    ] as [(String, String)])
  func splitting(text: String, expected: String) { #expect(words(text) == expected) }

  @Test(
    arguments: [
      ("\u{C9}COLE \u{C9}t\u{E9}", "xxup \u{E9}cole xxmaj \u{E9}t\u{E9}"),
      (
        "\u{41F}\u{440}\u{438}\u{432}\u{435}\u{442}, \u{43C}\u{438}\u{440}!",
        "xxmaj \u{43F}\u{440}\u{438}\u{432}\u{435}\u{442} , \u{43C}\u{438}\u{440} !"
      ),
      ("e\u{301}t\u{E9}", "e\u{301}t\u{E9}"), ("\u{4F60}\u{597D}", "\u{4F60} \u{597D}"), ("a\u{A0}b\u{3000}c", "a b c"),
      (
        "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}\u{1F44D}\u{1F3FD}",
        "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} \u{1F44D}\u{1F3FD}"
      ),
      ("\u{FEFF}one", "one"), ("\u{130}X", "xxup i\u{307}x"),
      ("\u{201C}Hi\u{201D}\u{2014}no", "\u{201C} hi \u{201D} \u{2014} no"),
      ("\u{915}\u{94D}\u{937}", "\u{915}\u{94D}\u{937}"), ("\u{301}a", "\u{301} a"),
      ("\u{E9}a \u{E9}a \u{E9}a", "xxwrep 3 \u{E9}a"),
    ] as [(String, String)])
  func unicode(text: String, expected: String) {
    #expect(Array(words(text).unicodeScalars) == Array(expected.unicodeScalars))
  }

  /// As `str.lower` of Python has it: ς ends a word, whatever of points and marks follows, and only after a letter.
  @Test(
    arguments: [
      ("\u{39F}\u{394}\u{39F}\u{3A3}", "xxup \u{3BF}\u{3B4}\u{3BF}\u{3C2}"),
      ("\u{39F}\u{394}\u{39F}\u{3A3}.", "xxup \u{3BF}\u{3B4}\u{3BF}\u{3C2} ."),
      ("\u{3A3}\u{391}\u{3A3}", "xxup \u{3C3}\u{3B1}\u{3C2}"), ("\u{3A3}", "\u{3C3}"),
      ("\u{391}\u{3A3}'\u{391}", "xxup \u{3B1}\u{3C3}'\u{3B1}"), ("A\u{3A3}\u{301} b", "xxup a\u{3C2}\u{301} b"),
      ("1\u{3A3}", "1\u{3C3}"),
    ] as [(String, String)])
  func finalSigma(text: String, expected: String) {
    #expect(Array(words(text).unicodeScalars) == Array(expected.unicodeScalars))
  }

  @Test func lineEnds() {
    #expect(words("one\r\ntwo\rthree\n\nfour") == "one \\n two \\n three \\n \\n four")
  }
}
