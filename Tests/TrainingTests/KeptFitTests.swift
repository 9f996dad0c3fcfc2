import Foundation
import Launching
import SystemPackage
import Synchronization
import Testing

@testable import Configuration
@testable import Data
@testable import Files
@testable import Fitting
@testable import Runs
import Training

/// Fits that are kept in a directory.
@Suite struct KeptFitTests {
  private let folder: TemporaryDirectory
  private var directory: String { "\(folder.path)/run" }

  init() throws { folder = try TemporaryDirectory() }

  /// A text that no command can find.
  private static func texts(_ word: String = "six") throws -> Corpora {
    let lines = Array((0..<400).map { "one two \($0 % 7 == 0 ? "three" : word) four five\n" }.joined().utf8)
    return try Corpora(train: ("train", lines), valid: ("valid", lines))
  }

  private func learner(_ corpora: Corpora) throws -> Learner {
    let learn = try Learner(LanguageModelData(corpora, batchSize: 8, bptt: 4), .model3, hidden: 8)
    learn.output = { _ in }
    return learn
  }

  /// Has the next fit stop after so many steps.
  private func stop(_ learn: Learner, behind steps: Int) {
    let asked = Counter()
    let workers = ProcessInfo.processInfo.activeProcessorCount
    learn.wantsStop = { asked.next() > steps * workers }
  }

  private final class Counter: Sendable {
    private let count = Mutex(0)
    func next() -> Int {
      count.withLock {
        $0 += 1
        return $0
      }
    }
  }

  /// The program's work: a fit that isn't kept, and one that is.
  private func work(_ learn: Learner, _ directory: String?) throws -> String {
    try learn.fit(1, learningRate: 1e-3)
    try learn.fitOneCycle(2, maxLearningRate: 3e-3, keepingIn: directory, checkpointEvery: 7)
    return try #require(try learn.digest())
  }

  @Test func aFitFromAnyStateGoesOn() throws {
    defer { folder.remove() }
    let texts = try Self.texts()
    let whole = try learner(texts)
    let digest = try work(whole, nil)
    // Stopped again and again, from its first steps on.
    for steps in [2, 11, 40] {
      let learn = try learner(texts)
      stop(learn, behind: steps)
      do {
        _ = try work(learn, directory)
        Issue.record("it has come to its end")
      } catch let error as RunError {
        #expect(error.status == .tryAgain && error.remedy.contains(directory), "\(error)")
      }
    }
    // Its configuration doesn't say how it began: a checkpoint does.
    let checkpoints = try FileManager.default.contentsOfDirectory(atPath: directory + "/checkpoints")
    #expect(checkpoints.count >= 2)
    let last = try learner(texts)
    #expect(try work(last, directory) == digest)
    // What has been recorded is the whole fit's, whichever part of it ran here.
    #expect(last.recorder.losses == whole.recorder.losses)
    #expect(last.recorder.validLosses == whole.recorder.validLosses)
    #expect(try work(learner(texts), directory) == digest)
  }

  @Test func aFitThatWasKilledAtItsStartBeginsAgain() throws {
    defer { folder.remove() }
    let texts = try Self.texts()
    let digest = try work(learner(texts), nil)
    // Killed before its first checkpoint, whatever had been written of it by then.
    try FileManager.default.createDirectory(atPath: directory + "/checkpoints", withIntermediateDirectories: true)
    #expect(try work(learner(texts), directory) == digest)
    // A checkpoint of step 0 is what it starts from where nothing else is left.
    let files = try FileManager.default.contentsOfDirectory(atPath: directory + "/checkpoints")
    #expect(!files.isEmpty)
  }

  /// The error that a fit in the directory throws.
  private func failure(_ learn: Learner, _ rate: Double = 1e-3, in directory: String) -> RunError? {
    do {
      try learn.fitOneCycle(1, maxLearningRate: rate, keepingIn: directory)
      return nil
    } catch {
      return error as? RunError
    }
  }

  @Test func anotherRunIsLeftAsItIs() throws {
    defer { folder.remove() }
    let texts = try Self.texts()
    #expect(failure(try learner(texts), in: directory) == nil)
    let model = try Data(contentsOf: URL(fileURLWithPath: directory + "/model.safetensors"))
    let other = failure(try learner(texts), 2e-3, in: directory)
    #expect(other?.status == .usage && other?.place == directory)
    #expect(other?.problem.contains("lr is 0.001 and not 0.002") ?? false, "\(String(describing: other))")
    // Other texts of the same words.
    let text = failure(try learner(Self.texts("five")), in: directory)
    #expect(text?.status == .badData && text?.problem.contains("texts are not those") ?? false)
    // A run's end whose checkpoints are gone isn't run over.
    try FileManager.default.removeItem(atPath: directory + "/checkpoints")
    #expect(failure(try learner(texts), in: directory)?.problem.contains("holds an earlier run") ?? false)
    #expect(try Data(contentsOf: URL(fileURLWithPath: directory + "/model.safetensors")) == model)
    // Bounds are those of the command line, and named as the parameter is.
    let learn = try learner(texts)
    for (every, keep, place) in [(0, 3, "checkpointEvery"), (1, 0, "keep")] {
      do {
        try learn.fitOneCycle(1, keepingIn: folder.path + "/none", checkpointEvery: every, keep: keep)
        Issue.record("\(place) is taken")
      } catch let error as RunError {
        #expect(error.place == place && error.status == .usage)
      }
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/none"))
  }

  /// A command finds these texts again.
  @Test func filesAreNamedInTheConfiguration() throws {
    defer { folder.remove() }
    let lines = (0..<400).map { "one two \($0 % 7 == 0 ? "three" : "six") four\n" }.joined()
    let text = try folder.file("text", Foundation.Data(lines.utf8)).path
    let learn = try learner(Corpora.files(train: text, valid: text))
    #expect(learn.configuration.trainFile == text && learn.configuration.validFile == text)
    try learn.fitOneCycle(1, maxLearningRate: 1e-3, keepingIn: directory)
    let checkpoint = try Resumption.find(FilePath(named: directory), passedOver: { _ in }).checkpoint
    #expect(checkpoint.configuration.trainFile == text)
    // The digest that the command line takes of the two files.
    #expect(checkpoint.dataDigest == Texts.digest(train: Array(lines.utf8), valid: Array(lines.utf8)))
  }

}
