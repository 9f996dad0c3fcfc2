import Testing

@testable import Corpus

@Suite struct CorpusTests {
  @Test func humanNumbersHaveTheReferencesSizes() throws {
    let (train, valid) = Corpus.humanNumbers()
    #expect(train.vocabulary.count == 40)
    #expect(train.count == 50_079)
    #expect(valid.count == 13_017)
    #expect(Array(train.vocabulary.tokens[9..<12]) == [",", "hundred", "thousand"])
    #expect(Array(train.vocabulary.tokens[0..<9]) == Vocabulary.specials)
    #expect(train.vocabulary.tokens.last == "xxfake")
    #expect(train.vocabulary.textify(train.tokens(0..<8)) == "xxbos one , two , three , four")
    #expect(valid.vocabulary.textify(valid.tokens(0..<7)) == "xxbos eight thousand one , eight thousand")
  }

  @Test func filesOfTheSameFormGiveTheSameCorpus() throws {
    let built = Corpus.humanNumbers()
    let read = try Corpus.read(
      train: ("train", Array(HumanNumbers.text(HumanNumbers.train).utf8)),
      valid: ("valid", Array(HumanNumbers.text(HumanNumbers.valid).utf8)))
    for (built, read) in [(built.train, read.train), (built.valid, read.valid)] {
      #expect(read.vocabulary == built.vocabulary)
      #expect(read.tokens(0..<read.count) == built.tokens(0..<built.count))
    }
  }

  @Test func aPartOfTheTokensIsThatOfAll() throws {
    // More than one of the places from which a text is read again.
    let text = Array(HumanNumbers.text(1...3000).utf8)
    for corpus in [
      Corpus.humanNumbers().valid, try Corpus.read(train: ("t", text), valid: ("v", text)).train,
      Corpus.random(vocabulary: 1000, seed: 1).train,
    ] {
      let all = corpus.tokens(0..<corpus.count)
      #expect(all.count == corpus.count)
      for range in [0..<0, 0..<1, 1..<2, 4095..<4097, 4096..<8192, 5000..<12_000, (corpus.count - 1)..<corpus.count] {
        #expect(corpus.tokens(range) == Array(all[range]), "\(corpus.name) \(range)")
      }
    }
  }

  @Test func textsAreReadAsTheNotebookDoes() throws {
    for (text, tokens) in [
      ("one \ntwo three \n", "xxbos one , two three"), ("a\r\nb\rc\n\n d", "xxbos a , b , c , , d"),
      ("a,b\n ,\nc", "xxbos a , b , , , c"), ("a\tb\u{0B}c\u{1C}d\na", "xxbos a b c d , a"),
      // Unicode's white space separates words, and no other character beyond ASCII does.
      (
        "é\u{A0}ß\u{2003}日\u{3000}本\u{85}x\u{2028}y\u{202F}z\n\u{200B}é\u{301} ,",
        "xxbos é ß 日 本 x y z , \u{200B}é\u{301} ,"
      ),
      ("xxbos a\nb", "xxbos xxbos a , b"),
    ] {
      let document = try TextDocument(Array(text.utf8), name: "t")
      let read = document.places(0..<document.count).map { document.words.words[Int($0)] }.joined(separator: " ")
      #expect(Array(read.utf8) == Array(tokens.utf8), "\(text.debugDescription)")
    }
  }

  @Test func badTextsAreNamed() {
    let good: (String, [UInt8]) = ("good", Array("a\nb\n".utf8))
    for (bytes, problem) in [
      ([], "empty text"), (Array(" \n \n".utf8), "empty text"), ([97, 10, 0xFF, 10], "not UTF-8 text (byte 2)"),
      ([97, 10, 0xE2, 0x80], "not UTF-8 text (byte 2)"), (Array("only one\n".utf8), "text of a single line"),
    ] as [([UInt8], String)] {
      #expect { try Corpus.read(train: ("bad.txt", bytes), valid: good) } throws: {
        ($0 as? CorpusError)?.problem == problem && "\($0)".contains("bad.txt")
      }
    }
  }
}
