import Foundation
import Testing

// Also shows that a program needs no other import for corpora, vocabularies and batches.
import Training

@Suite struct DataTests {
  @Test func theNotebooksFirstHalf() throws {
    let data = try LanguageModelData(.humanNumbers)
    #expect((data.batchSize, data.bptt) == (64, 70))
    #expect((data.trainSteps, data.validSteps) == (12, 3))
    #expect(data.vocabulary.tokens.count == 40)

    var batches = data.valid.makeIterator()
    let read = (0..<4).compactMap { _ in batches.next() }
    try #require(read.count == 3)
    let ((x1, y1), (x2, y2), (x3, y3)) = (read[0], read[1], read[2])
    for matrix in [x1, y1, x2, y2, x3, y3] { #expect(matrix.shape == [64, 70]) }
    #expect(x1.count + x2.count + x3.count == 13_440)
    #expect(data.textify(x1[0].prefix(7)) == "xxbos eight thousand one , eight thousand")
    // The targets are the inputs one token further, over the batches' bounds.
    for (x, y, next) in [(x1, y1, x2), (x2, y2, x3)] {
      for stream in 0..<64 { #expect(Array(y[stream]) == x[stream].dropFirst() + [next[stream, 0]]) }
    }
    // Streams start 203 tokens apart, and three steps read 210.
    #expect(x3[0].suffix(7).elementsEqual(x1[1].prefix(7)))
  }

  @Test func oneBatchAtBptt3() throws {
    let data = try LanguageModelData(.humanNumbers, batchSize: 64, bptt: 3)
    #expect((data.trainSteps, data.validSteps) == (261, 68))
    let (x, y) = data.oneBatch()
    #expect(x.shape == [64, 3])
    #expect(y.shape == [64, 3])
    #expect(data.textify(x[0]) == "xxbos one ,")
    #expect(data.textify(y[0]) == "one , two")
    #expect(x.column(0).count == 64)
    #expect(x.column(0)[1] == x[1, 0])
    #expect(data.oneBatch(.valid).x == data[.valid][0].x)
  }

  @Test func showBatchIsFastaisTable() throws {
    let table = try LanguageModelData(.humanNumbers).showBatch()
    #expect(table.texts.count == 5)
    #expect(table.texts[0].hasPrefix("xxbos one , two , three , four ,"))
    #expect(table.texts.allSatisfy { $0.split(separator: " ").count == 70 })
    let lines = table.description.split(separator: "\n")
    #expect(lines[0] == "idx  text")
    #expect(lines[1].hasPrefix("0    xxbos one , two"))
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(try LanguageModelData(.humanNumbers, batchSize: 2).showBatch(rows: 5).texts.count == 2)
  }

  @Test func matricesPrintAsPyTorchPrintsThem() throws {
    let small = try LanguageModelData(.humanNumbers, batchSize: 2, bptt: 4).oneBatch().x
    #expect(small.description == "[[ 2, 12,  9, 13],\n [12, 10, 26, 20]]")
    let lines = try LanguageModelData(.humanNumbers).oneBatch().x.description.split(separator: "\n")
    #expect(lines.count == 7)
    #expect(lines[0] == "[[ 2, 12,  9,  ...,  9, 22,  9],")
    #expect(lines[3] == " ...,")
  }

  @Test func textsOfOnesOwn() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("data-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("text").path
    try HumanNumbers.text(1...9).write(toFile: path, atomically: true, encoding: .utf8)

    let files = try LanguageModelData(.files(train: path, valid: path), batchSize: 2, bptt: 3)
    #expect(files.corpora.train.count == 18)
    #expect(files.trainSteps == 3)
    let one = try Corpora.file(path, validFraction: 0.3)
    #expect(one.train.count == 12)
    #expect(one.valid.count == 6)
    // Every word is seen but once, so only commas are known.
    #expect(one.valid.vocabulary.textify(one.valid.tokens(0..<6)) == "xxbos xxunk , xxunk , xxunk")
    // At least two lines on either side.
    #expect(try Corpora.file(path, validFraction: 0.01).valid.count == 4)
    #expect(try Corpora.file(path, validFraction: 0.99).train.count == 4)

    #expect { try Corpora.files(train: path + "-missing", valid: path) } throws: {
      let error = $0 as? RunError
      return error?.status == .inputOutput && error?.place == path + "-missing"
    }
    try Data("a\nb\nc\n".utf8).write(to: folder.appendingPathComponent("short"))
    #expect { try Corpora.file(folder.appendingPathComponent("short").path) } throws: {
      ($0 as? RunError)?.status == .badData
    }
    for (batchSize, bptt) in [(0, 3), (2, 0), (19, 3), (2, 19)] {
      #expect { try LanguageModelData(.files(train: path, valid: path), batchSize: batchSize, bptt: bptt) } throws: {
        ($0 as? RunError)?.status == .usage
      }
    }
  }
}
