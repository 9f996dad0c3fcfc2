import Testing

@testable import Corpus

@Suite struct StreamsTests {
  @Test(arguments: [(3, 261, 68), (70, 12, 3)])
  func stepsAreTheReferences(bptt: Int, train: Int, valid: Int) throws {
    #expect(try Streams(tokenCount: 50_079, batchSize: 64, bptt: bptt, name: "train").steps == train)
    #expect(try Streams(tokenCount: 13_017, batchSize: 64, bptt: bptt, name: "valid").steps == valid)
  }

  @Test func streamsWrapAtTheEnd() throws {
    let corpus = try Corpus.read(train: ("t", Array("a b\na b\n".utf8)), valid: ("v", Array("a\nb\n".utf8))).train
    let streams = try Streams(tokenCount: 6, batchSize: 4, bptt: 2, name: "t")
    #expect((0..<4).map { streams.start(of: $0) } == [0, 1, 3, 4])
    #expect(streams.steps == 1)
    #expect(streams.parts(of: 2..<4) == [3..<6, 0..<1])
    #expect(streams.tokens(of: 3..<4, in: corpus) == [4, 5, 0].flatMap { corpus.tokens($0..<($0 + 1)) })
  }

  /// fastai's `LanguageModelPreLoader` over the whole document: a row is filled from where the stream stands, over the
  /// document's end where needed, and the stream then stands on the row's last token.
  private func preLoaded(_ document: [Int32], batchSize: Int, bptt: Int) -> [[Int32]] {
    let steps = (document.count + bptt * batchSize - 1) / (bptt * batchSize)
    return (0..<batchSize).map { stream in
      var index = Int(Double(document.count) / Double(batchSize) * Double(stream))
      var read = [document[index]]
      for _ in 0..<steps {
        var filled = 0
        while filled < bptt + 1 {
          let count = min(document.count - index, bptt + 1 - filled)
          read += document[index..<(index + count)].dropFirst(filled == 0 ? 1 : 0)
          filled += count
          index = filled < bptt + 1 ? 0 : index + count - 1
        }
      }
      return read
    }
  }

  @Test(arguments: [(64, 3), (64, 70), (16, 7), (1, 5), (7, 11), (1, 13_000), (13_017, 1), (100, 129)])
  func everyStreamReadsAsInTheReference(batchSize: Int, bptt: Int) throws {
    let corpus = Corpus.humanNumbers().valid
    let streams = try Streams(tokenCount: corpus.count, batchSize: batchSize, bptt: bptt, name: "valid")
    let expected = preLoaded(corpus.tokens(0..<corpus.count), batchSize: batchSize, bptt: bptt)
    for step in Set([0, 1, streams.steps / 2, streams.steps - 1]) where step < streams.steps {
      let rows = expected.flatMap { $0[(step * bptt)...((step + 1) * bptt)] }
      #expect(streams.batch(step, in: corpus) == rows, "batch \(step)")
    }
    for workers in [1, 2, 3, 5, 16] where workers <= batchSize {
      for worker in 0..<workers {
        let own = (batchSize * worker / workers)..<(batchSize * (worker + 1) / workers)
        let tokens = streams.tokens(of: own, in: corpus)
        let columns = own.indices.map { column in
          stride(from: column - own.lowerBound, to: tokens.count, by: own.count).map { tokens[$0] }
        }
        #expect(columns == Array(expected[own]), "worker \(worker) of \(workers)")
      }
    }
  }

  @Test func aWorkerHoldsItsShareOfTheCorpus() throws {
    let streams = try Streams(tokenCount: 50_079, batchSize: 64, bptt: 70, name: "train")
    for workers in [1, 2, 3, 8, 64] {
      for worker in 0..<workers {
        let own = (64 * worker / workers)..<(64 * (worker + 1) / workers)
        let held = streams.parts(of: own).map(\.count).reduce(0, +)
        // What the last stream reads beyond the next one's start is less than a step and a token.
        let share = (50_079 * own.count + 63) / 64
        #expect(held >= min(share, 50_079) && held <= min(share + 71, 50_079))
      }
    }
    #expect(streams.parts(of: 3..<3).isEmpty)
    #expect(streams.tokens(of: 3..<3, in: Corpus.humanNumbers().train).isEmpty)
  }

  @Test func aStepLongerThanTheCorpusIsRefused() {
    #expect(throws: CorpusError.self) { try Streams(tokenCount: 9, batchSize: 1, bptt: 10, name: "t") }
    #expect(throws: CorpusError.self) { try Streams(tokenCount: 9, batchSize: 10, bptt: 1, name: "t") }
  }
}
