public import Files
internal import Configuration
internal import Models
internal import Teams
internal import Tokenization
internal import Memory

extension Session {
  /// SHA-256 over the whole state, on worker 0; nil elsewhere. Collective.
  public func digest() -> String? { trainer.digest() }

  /// Weights and running statistics as a safetensors file, on worker 0; nil elsewhere. Collective.
  public func weightsFile() -> [UInt8]? {
    let sections = trainer.state.weightsOrder
    var bytes = weightsHeader
    if team.rank == 0 { bytes.reserveCapacity(bytes.count + sections.reduce(0) { $0 + 4 * $1.count }) }
    trainer.stream(sections) { bytes += $0.littleEndianBytes }
    return team.rank == 0 ? bytes : nil
  }

  /// Writes weights and running statistics as a run's `model.safetensors`, piece by piece. Collective.
  ///
  /// - directory: the run's on worker 0, nil elsewhere; nil everywhere for none.
  public func writeWeights(to directory: RunDirectory?) throws(RunError) {
    let file = try directory.map { directory throws(RunError) in
      try StreamedFile(
        directory.path(of: .model), aside: ".model.safetensors.part", header: weightsHeader, isSealed: false)
    }
    try trainer.stream(trainer.state.weightsOrder) { piece throws(RunError) in try file?.write(piece) }
    try file?.close(durable: false)
  }

  var weightsHeader: [UInt8] {
    SafetensorsFile.header(
      tensors: trainer.state.weightsOrder.map(\.entry),
      metadata: [
        ("model", configuration.model.kind.name), ("description", configuration.model.json.text),
        ("configuration", configuration.evaluationJSON.text), ("tokenizer", tokenizer.rawValue),
        ("vocabulary", JSONValue.array(vocabulary.map { .string($0) }).text),
      ] + (dataDigest.map { [("data_sha256", $0)] } ?? []))
  }
}
