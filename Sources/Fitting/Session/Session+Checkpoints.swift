package import Files
internal import Models
internal import Teams

extension Session {
  /// Whether the state is so large that a checkpoint is written piece by piece, while training waits, rather than from
  /// a copy.
  package var streamsCheckpoints: Bool { !trainer.state.isSmall }

  /// Bytes that keeping a state and telling of it take at most: of a small state the workers' parts, once more as
  /// worker 0 has them, and put in order; of a large one the buffers of its pieces.
  package var reserveByteCount: Int { 8 << 20 + 4 * min(trainer.state.byteCount, 16 << 20) }

  /// The names that checkpoints have for what the run carries from step to step.
  package var carriedNames: [String] { trainer.carriedStates.map(\.name) }

  /// Bytes of the weights.
  package var weightsByteCount: Int { trainer.state.weights.reduce(0) { $0 + 4 * $1.count } }

  /// What a checkpoint of this moment holds, on worker 0; nil elsewhere. Collective.
  ///
  /// - learningRate: the maximum of the run's schedule; metricsLength: bytes of its metrics so far.
  public func checkpoint(_ fit: FitState, learningRate: Double, metricsLength: Int) -> CheckpointContents? {
    trainer.copyState().map {
      CheckpointContents(
        facts: facts(fit, learningRate: learningRate, metricsLength: metricsLength), copy: $0)
    }
  }

  /// Writes a checkpoint of this moment piece by piece, with no more than some megabytes of memory; returns its file,
  /// to be closed, on worker 0, nil elsewhere. Collective.
  ///
  /// - open: makes the file from all that precedes its tensors; called on worker 0.
  package func writeCheckpoint(
    _ fit: FitState, learningRate: Double, metricsLength: Int,
    _ open: (_ header: [UInt8]) throws(RunError) -> StreamedFile
  ) throws(RunError) -> StreamedFile? {
    let facts = facts(fit, learningRate: learningRate, metricsLength: metricsLength)
    let file: StreamedFile? = if team.rank == 0 { try open(facts.header) } else { nil }
    try trainer.stream(facts.state.checkpointOrder) { piece throws(RunError) in try file?.write(piece) }
    return file
  }

  func facts(_ fit: FitState, learningRate: Double, metricsLength: Int) -> CheckpointFacts {
    CheckpointFacts(
      configuration: configuration, vocabulary: vocabulary, tokenizer: tokenizer, dataDigest: dataDigest, fit: fit,
      learningRate: learningRate, metricsLength: metricsLength, state: trainer.state)
  }

  /// Puts this worker into the state of a checkpoint, which worker 0 reads piece by piece. Collective.
  ///
  /// - Throws: `RunError`, on all workers alike, when it doesn't belong to this session's model and texts, or can't be
  ///   read.
  public func restore(_ checkpoint: Checkpoint, from path: String) throws {
    guard checkpoint.dataDigest == dataDigest, checkpoint.vocabulary == vocabulary else {
      throw RunError(
        "the texts are not those of the checkpoint", at: path, remedy: "give the same --train and --valid, or --data",
        status: .badData)
    }
    func unreadable(_ error: any Error) -> RunError {
      RunError("the checkpoint can't be read (\(error))", at: path, remedy: "give another one", status: .badData)
    }
    // An earlier version has kept none.
    let kept = trainer.keptValidationSections
    let isValidated = !kept.isEmpty && kept.allSatisfy { checkpoint.header.has($0.name) }
    let sections = trainer.state.fileOrder + (isValidated ? kept : [])
    var tensors: [String: SafetensorsFile.Tensor] = [:]
    do {
      for section in sections {
        let tensor = try checkpoint.header.tensor(section.name, shape: section.shape)
        guard tensor.dtype == "F32" else {
          throw SafetensorsError.notFloats(tensor: section.name, dtype: tensor.dtype)
        }
        tensors[section.name] = tensor
      }
    } catch {
      throw unreadable(error)
    }
    try trainer.restore(sections, updates: checkpoint.updates, isValidated: isValidated) {
      section, elements throws(RunError) in
      guard let tensor = tensors[section.name], let source = checkpoint.source else {
        preconditionFailure("worker 0 has the file")
      }
      let start = tensor.range.lowerBound
      do {
        return try source.read((start + 4 * elements.lowerBound)..<(start + 4 * elements.upperBound))
      } catch {
        throw unreadable(error)
      }
    }
  }
}
