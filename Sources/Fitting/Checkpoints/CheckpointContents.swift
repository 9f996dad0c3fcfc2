internal import Configuration
package import Files
internal import Memory
internal import Models
internal import Tokenization

/// What a checkpoint says beside its tensors.
struct CheckpointFacts: Sendable {
  let configuration: RunConfiguration
  let vocabulary: [String]
  let tokenizer: TokenizerKind
  let dataDigest: String?
  let fit: FitState
  /// The maximum of the run's schedule.
  let learningRate: Double
  /// Bytes of the run's metrics so far.
  let metricsLength: Int
  let state: TrainingState

  /// All that precedes the tensors of the file, with a blank for its seal.
  var header: [UInt8] {
    var metadata = [
      (CheckpointSeal.name, CheckpointSeal.blank), ("format", Checkpoint.format),
      ("model", configuration.model.kind.name), ("description", configuration.model.json.text),
      ("configuration", configuration.json.text),
      (
        "progress",
        fit.json(updates: state.updates, learningRate: learningRate, metricsLength: metricsLength).text
      ), ("vocabulary", JSONValue.array(vocabulary.map { .string($0) }).text),
      ("tokenizer", tokenizer.rawValue),
    ]
    if let count = configuration.batchSizePerWorker { metadata.append(("batch_size_per_worker", "\(count)")) }
    if let dataDigest { metadata.append(("data_sha256", dataDigest)) }
    return SafetensorsFile.header(tensors: state.checkpointOrder.map(\.entry), metadata: metadata)
  }
}

/// A checkpoint to be written, as its worker has taken it from the others: put in order and written elsewhere.
public struct CheckpointContents: Sendable {
  let facts: CheckpointFacts
  let copy: CopiedState

  /// The step after which it was taken.
  public var step: Int { facts.fit.step }
  /// The step of the best validation so far.
  package var bestStep: Int { facts.fit.bestStep }

  /// Writes the checkpoint.
  ///
  /// - open: makes the file from all that precedes its tensors.
  package func write(_ open: (_ header: [UInt8]) throws(RunError) -> StreamedFile) throws(RunError) -> StreamedFile {
    let file = try open(facts.header)
    try copy.stream(facts.state.checkpointOrder) { piece throws(RunError) in try file.write(piece) }
    return file
  }
}
