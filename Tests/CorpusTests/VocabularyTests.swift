import Testing

@testable import Corpus

@Suite struct VocabularyTests {
  @Test func frequentWordsComeFirstAndEqualOnesAsFirstSeen() {
    let vocabulary = Vocabulary(frequencies: [("xxbos", 3), ("b", 2), ("rare", 1), ("a", 5), ("c", 2)])
    #expect(vocabulary.tokens == Vocabulary.specials + ["a", "b", "c"] + Array(repeating: "xxfake", count: 4))
    #expect(vocabulary.ids(of: ["xxbos", "a", "c", "rare", "never", "xxfake"]) == [2, 9, 11, 0, 0, 15])
    #expect(vocabulary.textify([2, 9, 0]) == "xxbos a xxunk")
  }

  @Test func aFullVocabularyIsNotPadded() {
    let words = (0..<100).map { (word: "w\($0)", count: 100 - $0) }
    #expect(Vocabulary(frequencies: words, maximum: 20).tokens == Vocabulary.specials + (0..<11).map { "w\($0)" })
    #expect(Vocabulary(frequencies: Array(words[..<7]), maximum: 20).count == 16)
  }

  /// Python compares strings by their code points.
  @Test func canonicallyEquivalentWordsDiffer() throws {
    let text = "\u{E9}\ne\u{301}\n\u{E9}\ne\u{301}\ne\u{301}\n"
    let train = try Corpus.read(train: ("t", Array(text.utf8)), valid: ("v", Array(text.utf8))).train
    #expect(train.vocabulary.tokens[9..<12].map { Array($0.utf8) } == [[0x2C], [0x65, 0xCC, 0x81], [0xC3, 0xA9]])
    #expect(train.tokens(0..<train.count) == [2, 11, 9, 10, 9, 11, 9, 10, 9, 10])
  }

  @Test func wordsThatOnlyTheValidTextHasAreUnknown() throws {
    let (train, valid) = try Corpus.read(
      train: ("t", Array("a b\nb a\n".utf8)), valid: ("v", Array("c b\nb\n".utf8)))
    #expect(valid.vocabulary == train.vocabulary)
    #expect(valid.vocabulary.textify(valid.tokens(0..<valid.count)) == "xxbos xxunk b xxunk b")
  }
}
