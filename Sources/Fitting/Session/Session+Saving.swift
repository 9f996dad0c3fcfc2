internal import Configuration
internal import Files
internal import Jobs
internal import Memory
internal import Models
internal import Optimization
internal import SystemPackage
internal import Teams

// A state that is saved and taken up outside of a run.

extension Session {
  /// Writes a file, in place of one of its name once it is whole: the weights as `model.safetensors` has them, or the
  /// whole training state as a checkpoint at a run's beginning. Collective.
  ///
  /// - Throws: `RunError`, on all workers alike, where it can't be written; a file of its name stays as it was.
  package func save(_ path: String, everything: Bool) throws {
    let facts = everything ? facts(FitState(), learningRate: configuration.learningRate ?? 1e-3, metricsLength: 0) : nil
    let sections = facts?.state.checkpointOrder ?? trainer.state.weightsOrder
    let header = facts?.header ?? weightsHeader
    let place = FilePath(named: path)
    var file: StreamedFile?
    var problem: RunError?
    // All go through all pieces, whatever happens to the file.
    func attempt(_ work: () throws(RunError) -> Void) {
      guard team.rank == 0, problem == nil else { return }
      do throws(RunError) { try work() } catch { problem = error }
    }
    attempt { () throws(RunError) in
      file = try StreamedFile(
        place, aside: ".\(place.lastComponent?.string ?? "").part", header: header, isSealed: everything)
    }
    trainer.stream(sections) { piece in attempt { () throws(RunError) in try file?.write(piece) } }
    attempt { () throws(RunError) in try file?.close(durable: true) }
    // Of one that could not be written nothing stays.
    file = nil
    _ = try SharedOutcome.share(team) { () throws(RunError) in
      if let problem { throw problem }
      return []
    }
  }

  /// Takes the weights of a file, as a session that is made with it: with fresh optimizer and states. Collective.
  ///
  /// - Throws: `RunError`, on all workers alike, for a file that isn't of this model and vocabulary; all stays as it
  ///   was then.
  package func loadWeights(_ path: String) throws {
    let weights: [String: [Float]]
    do {
      var configuration = configuration
      configuration.takesNewVocabulary = false
      weights = try Self.readWeights(path, configuration, vocabulary, trainer.layout, team).tensors
    } catch {
      // All have the same bytes.
      throw (error as? RunError)?.agreed ?? error
    }
    if let lacking = trainer.model.runningStatistics.first(where: { weights[$0.name] == nil })?.name {
      throw RunError(
        "no tensor \(lacking)", at: path, remedy: "give weights with running statistics", status: .badData
      ).agreed
    }
    trainer.startAgain()
    trainer.load(weights)
  }

  /// Takes the whole state of a checkpoint; where that fails, all stays as it was. Collective.
  ///
  /// - Throws: as `restore`.
  package func load(_ checkpoint: Checkpoint, from path: String) throws {
    let before = StateSnapshot(trainer)
    let wasValidated = trainer.isValidated
    do {
      try restore(checkpoint, from: path)
    } catch {
      before.restore(trainer)
      trainer.isValidated = wasValidated
      throw (error as? RunError)?.agreed ?? error
    }
  }
}

extension Trainer {
  /// Empties the optimizer's slots, starts every stream from zero, and counts updates from zero.
  func startAgain() {
    for slot in slots.views { slot.fill(0) }
    resetStates()
    updates = 0
    isValidated = false
  }
}

extension WeightsFile {
  /// Whether the file that `path` stands for is a checkpoint, by what it says of itself.
  package static func isCheckpoint(_ path: String) -> Bool {
    guard let source = try? ByteSource(opening: FilePath(named: file(path))),
      let count = try? SafetensorsHeader.byteCount(source.read(0..<min(8, source.count)), fileSize: source.count),
      let bytes = try? source.read(0..<count),
      let header = try? SafetensorsHeader(bytes, fileSize: source.count)
    else { return false }
    return header.metadata["format"] == Checkpoint.format
  }
}
