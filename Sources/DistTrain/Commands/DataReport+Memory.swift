internal import Memory
internal import Training

extension DataReport {
  /// The memory that a run takes of a node that has all its workers, by use.
  static func memory(_ data: LanguageModelData, _ configuration: RunConfiguration, workers: Int) -> String {
    let estimate = MemoryEstimate(
      configuration, vocabulary: data.vocabulary.count, trainBatches: data.trainSteps, validBatches: data.validSteps,
      readsFile: configuration.dataDirectory != nil, nodeSizes: [workers])
    func text(_ bytes: Int) -> String { bytes > 0 ? NumberText.bytes(bytes) : "-" }
    let rows = estimate.rows.filter { $0.node > 0 }.map { row in
      [row.use.name, text(row.workers.max() ?? 0), text(row.shared), text(row.node)]
    }
    let totals = (estimate.rows.reduce(0) { $0 + ($1.workers.max() ?? 0) }, estimate.rows.reduce(0) { $0 + $1.shared })
    let total = ["in all", text(totals.0), text(totals.1), text(estimate.node)]
    let title = "memory of a run of \(configuration.model.kind), \(workers == 1 ? "1 worker" : "\(workers) workers")"
    let program = NumberText.bytes(MemoryEstimate.processByteCount)
    let left = left(estimate.node + MemoryEstimate.processByteCount).map { "\n" + $0 } ?? ""
    return """
      \(table([[title, "a worker", "shared", "the node"]] + rows + [total]))
      Each process takes some \(program) beside that, and its texts.\(left)
      """
  }

  /// What bounds the memory here, where it isn't a machine that has enough.
  private static func left(_ needed: Int) -> String? {
    guard let limit = MemoryLimit.binding, limit.kind != .machine || limit.available < needed else { return nil }
    let verdict = limit.available < needed ? ", too little here" : ""
    return "Of \(limit.name), \(NumberText.bytes(limit.total)), there are \(NumberText.bytes(limit.available)) left"
      + "\(verdict)."
  }
}
