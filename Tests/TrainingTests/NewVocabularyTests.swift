import Foundation
import Launching
import Testing

@testable import Files
@testable import Fitting
@testable import Models
import Training

/// Weights of one text for another with other words.
@Suite struct NewVocabularyTests {
  private static func data(_ words: String) throws -> LanguageModelData {
    let text = Array(String(repeating: words + "\n", count: 40).utf8)
    return try LanguageModelData(Corpora(train: ("train", text), valid: ("valid", text)), batchSize: 4, bptt: 5)
  }

  private static func tensors(_ learn: Learner) throws -> (SafetensorsFile, [String]) {
    let file = try SafetensorsFile(#require(try learn.weightsFile()))
    return (file, learn.data.vocabulary.tokens)
  }

  /// The embedding's and the output layer's rows, and its bias, whether it has the embedding's matrix or one of its
  /// own.
  @Test(arguments: [true, false]) func sharedTokensKeepTheirRows(tiesWeights: Bool) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    var model = ModelDescription.awdLSTM(embedding: 12, hidden: 20, layers: 2)
    model.tiesWeights = tiesWeights
    let first = try Learner(Self.data("one two three four five"), model)
    first.output = { _ in }
    try first.fit(1)
    let path = "\(folder.path)/first.safetensors"
    try first.save(path)
    let second = try Learner(
      Self.data("six three one seven eight nine ten eleven twelve"), model, weights: path, newVocabulary: true)
    let (old, oldWords) = try Self.tensors(first)
    let (new, newWords) = try Self.tensors(second)
    #expect(oldWords.count != newWords.count)
    let names = ["encoder.weight", "decoder.bias"] + (tiesWeights ? [] : ["decoder.weight"])
    for name in names {
      let width = name.hasSuffix("bias") ? 1 : 12
      let shape = width == 1 ? [] : [width]
      let before = try old.floats(name, shape: [oldWords.count] + shape)
      let after = try new.floats(name, shape: [newWords.count] + shape)
      func row(_ values: [Float], _ index: Int) -> [Float] { Array(values[(index * width)..<((index + 1) * width)]) }
      let mean = (0..<width).map { column in
        oldWords.indices.reduce(0) { $0 + Double(before[$1 * width + column]) } / Double(oldWords.count)
      }
      for (index, word) in newWords.enumerated() {
        if let place = oldWords.lastIndex(of: word) {
          #expect(row(after, index) == row(before, place), "\(name) \(word)")
        } else {
          #expect(zip(row(after, index), mean).allSatisfy { abs(Double($0) - $1) < 1e-7 }, "\(name) \(word)")
        }
      }
    }
    #expect(["six", "twelve"].allSatisfy { !oldWords.contains($0) && newWords.contains($0) })
    let inner = "rnns.1.weight_hh_l0"
    #expect(try new.floats(inner, shape: [48, 12]) == old.floats(inner, shape: [48, 12]))
    #expect(try second.tokensTakenOver() == newWords.count { oldWords.contains($0) })
    #expect(try first.tokensTakenOver() == nil)
    // Without asking, another vocabulary is refused; so is one with nothing in common, and weights that don't say
    // theirs.
    let refused = #expect(throws: RunError.self) { try Learner(Self.data("six three"), model, weights: path) }
    #expect(refused?.remedy.contains("--new-vocabulary") ?? false)
    let foreign = #expect(throws: RunError.self) {
      try Learner(Self.data("un deux trois"), model, weights: path, newVocabulary: true)
    }
    #expect(foreign?.problem == "the weights know no word of the texts" && foreign?.status == .badData)
    // It can be trained, and what it has been given counts: it begins below a fresh one.
    second.output = { _ in }
    try second.fineTune(1)
    #expect(second.recorder.validLosses[0].isFinite)
  }
}
