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
    #expect(train.vocabulary.textify(train.tokens[..<8]) == "xxbos one , two , three , four")
    #expect(valid.vocabulary.textify(valid.tokens[..<7]) == "xxbos eight thousand one , eight thousand")
  }

  @Test(arguments: [(3, 261, 68), (70, 12, 3)])
  func stepsAreTheReferences(bptt: Int, train: Int, valid: Int) throws {
    #expect(try Streams(tokenCount: 50_079, batchSize: 64, bptt: bptt, name: "train").steps == train)
    #expect(try Streams(tokenCount: 13_017, batchSize: 64, bptt: bptt, name: "valid").steps == valid)
  }

  @Test func filesOfTheSameFormGiveTheSameCorpus() throws {
    let built = Corpus.humanNumbers()
    let read = try Corpus.read(
      train: ("train", Array(HumanNumbers.text(HumanNumbers.train).utf8)),
      valid: ("valid", Array(HumanNumbers.text(HumanNumbers.valid).utf8)))
    #expect(read.train == built.train)
    #expect(read.valid == built.valid)
  }

  @Test(arguments: [1, 2, 3, 5, 7, 16])
  func workersTokensAreColumnsOfTheWhole(workers: Int) throws {
    let corpus = Corpus.humanNumbers().valid
    let streams = try Streams(tokenCount: corpus.count, batchSize: 16, bptt: 7, name: "valid")
    let whole = streams.tokens(of: 0..<16, in: corpus)
    #expect(whole.count == (streams.steps * 7 + 1) * 16)
    for worker in 0..<workers {
      let own = (16 * worker / workers)..<(16 * (worker + 1) / workers)
      let part = streams.tokens(of: own, in: corpus)
      for (index, token) in part.enumerated() {
        #expect(token == whole[index / own.count * 16 + own.lowerBound + index % own.count])
      }
    }
  }

  @Test func streamsWrapAtTheEnd() throws {
    let corpus = try Corpus.read(train: ("t", Array("a b\na b\n".utf8)), valid: ("v", Array("a\nb\n".utf8))).train
    #expect(corpus.count == 6)
    let streams = try Streams(tokenCount: 6, batchSize: 4, bptt: 2, name: "t")
    #expect((0..<4).map { streams.start(of: $0) } == [0, 1, 3, 4])
    #expect(streams.steps == 1)
    #expect(streams.tokens(of: 3..<4, in: corpus) == [corpus.tokens[4], corpus.tokens[5], corpus.tokens[0]])
  }

  @Test func badTextsAreNamed() {
    let good: (String, [UInt8]) = ("good", Array("a\nb\n".utf8))
    for (bytes, problem) in [
      ([], "empty text"), (Array(" \n \n".utf8), "empty text"), ([97, 10, 0xFF, 10], "not UTF-8 text"),
      (Array("only one\n".utf8), "text of a single line"),
    ] as [([UInt8], String)] {
      #expect { try Corpus.read(train: ("bad.txt", bytes), valid: good) } throws: {
        ($0 as? CorpusError)?.problem == problem && "\($0)".contains("bad.txt")
      }
    }
    #expect(throws: CorpusError.self) { try Streams(tokenCount: 9, batchSize: 1, bptt: 9, name: "t") }
  }
}
