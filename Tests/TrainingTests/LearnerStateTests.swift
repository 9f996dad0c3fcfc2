import Foundation
import Launching
import Testing

@testable import Files
@testable import Fitting
@testable import Models
@testable import Runs
import Training

/// What is saved and loaded, and what a fit that throws leaves.
@Suite struct LearnerStateTests {
  private let folder: TemporaryDirectory
  private var file: String { "\(folder.path)/saved.safetensors" }

  init() throws { folder = try TemporaryDirectory() }

  /// A model with dropout, a cell's memory and states that are carried on.
  private static func learner(lanes: Int? = nil, batchSize: Int = 8, weights: String? = nil) throws -> Learner {
    var model = ModelDescription.lstm(layers: 2, hidden: 12)
    model.dropout.hidden = 0.2
    let learn = try Learner(
      LanguageModelData(.humanNumbers, batchSize: batchSize, bptt: 40), model, lanes: lanes, weights: weights)
    learn.output = { _ in }
    return learn
  }

  private static func digest(_ learn: Learner) throws -> String { try #require(try learn.digest()) }

  @Test func everythingGoesOnToTheSameBits() throws {
    defer { folder.remove() }
    let whole = try Self.learner()
    try whole.fitOneCycle(1, maxLearningRate: 3e-3)
    try whole.save(file, everything: true)
    let saved = try Self.digest(whole)
    try whole.fit(1, learningRate: 1e-3)
    let learn = try Self.learner()
    try learn.load(file)
    #expect(try Self.digest(learn) == saved)
    try learn.fit(1, learningRate: 1e-3)
    #expect(try Self.digest(learn) == Self.digest(whole))
    #expect(learn.recorder.losses == whole.recorder.losses && learn.recorder.validLosses == whole.recorder.validLosses)
    // It is a checkpoint as the command line has them.
    let checkpoint = try Checkpoint(FileManager.default.contents(atPath: file).map { Array($0) } ?? [])
    #expect(checkpoint.fit == FitState() && checkpoint.configuration.hidden == 12)
    // Its weights alone are those of the weights' file.
    let weights = "\(folder.path)/weights.safetensors"
    try learn.load(file)
    try learn.save(weights)
    let (one, other) = try (Self.learner(weights: weights), Self.learner())
    try other.fit(1)
    try other.load(file, weightsOnly: true)
    #expect(try Self.digest(other) == Self.digest(one))
    try other.fit(1)
    try other.load(weights)
    #expect(try Self.digest(other) == Self.digest(one))
  }

  @Test func whatIsNoneOfItsStatesIsRefused() throws {
    defer { folder.remove() }
    let learn = try Self.learner()
    try learn.fit(1)
    try learn.save(file, everything: true)
    let before = try Self.digest(learn)
    func problem(_ learn: Learner, _ path: String, weightsOnly: Bool = false) -> RunError? {
      #expect(throws: RunError.self) { try learn.load(path, weightsOnly: weightsOnly) }
    }
    let other = try problem(Self.learner(batchSize: 16), file)
    #expect(other?.problem == "the batch-size of the saved learner is 8 and not 16" && other?.status == .usage)
    let another = try Learner(LanguageModelData(.humanNumbers, batchSize: 8, bptt: 40), .gru(layers: 2, hidden: 12))
    #expect(problem(another, file, weightsOnly: true)?.status == .badData)
    #expect(problem(learn, "\(folder.path)/none")?.status == .inputOutput)
    #expect(problem(learn, "")?.place == "path")
    // A byte that has changed: nothing is taken.
    var bytes = try #require(FileManager.default.contents(atPath: file))
    bytes[bytes.count - 5] ^= 1
    let damaged = "\(folder.path)/damaged.safetensors"
    try bytes.write(to: URL(fileURLWithPath: damaged))
    #expect(problem(learn, damaged)?.status == .badData)
    #expect(try Self.digest(learn) == before)
    // Nor is anything lost where a file can't be written.
    let error = #expect(throws: RunError.self) { try learn.save("\(folder.path)/none/file", everything: true) }
    #expect(error?.status == .inputOutput)
    let directory = #expect(throws: RunError.self) { try learn.save(folder.path) }
    #expect(directory?.status == .inputOutput)
    #expect(try Self.digest(learn) == before)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
        "damaged.safetensors", "saved.safetensors",
      ])
  }

  /// One that diverges, on several workers too.
  @Test func aFitThatThrowsLeavesItsRecordsAndTheStateBefore() throws {
    defer { folder.remove() }
    let learn = try Self.learner()
    try learn.fit(1)
    let error = #expect(throws: RunError.self) { try learn.fit(3, learningRate: 1e37) }
    #expect(error?.problem.contains("not finite") ?? false)
    let steps = learn.recorder.steps
    #expect(!steps.isEmpty && steps.count < learn.data.trainSteps && steps.allSatisfy { $0.loss.isFinite })
    // The state is that after the steps that are recorded.
    let same = try Self.learner()
    try same.fit(1)
    try same.save(file, everything: true)
    var plan = FitPlan(epochs: 3, schedule: .constant(learningRate: 1e37, momentum: 0.9), weightDecay: 0.01)
    plan.stepLimit = steps.count
    let limited = plan
    try same.sessions.run { session, _ in _ = try session.fit(limited, FitObserver(step: { _ in }, epoch: { _ in })) }
    #expect(try Self.digest(learn) == Self.digest(same))
    try same.load(file)
    try learn.load(file)
    #expect(try Self.digest(learn) == Self.digest(same))
    try learn.fit(1)
    try same.fit(1)
    #expect(try Self.digest(learn) == Self.digest(same))
    #expect(learn.recorder.steps.count == learn.data.trainSteps)
  }
}
