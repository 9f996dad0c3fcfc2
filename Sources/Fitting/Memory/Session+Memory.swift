internal import Configuration
internal import Data
internal import Files
internal import Jobs
internal import Memory
internal import Teams

extension Session {
  /// Throws where the run would take more memory than this process or its node can have: the same error on all workers,
  /// before any of them has taken it. Collective.
  static func checkMemory(
    _ configuration: RunConfiguration, vocabulary: Int, train: WorkerBatches, valid: WorkerBatches, readsFile: Bool,
    fits: Bool, _ team: any Team
  ) throws {
    let place = team.place
    var problem: RunError?
    if team.rank == place.process.lowerBound {
      let node = place.nodeSizes.indices.first { index in
        place.nodeSizes[...index].reduce(0, +) > place.node.lowerBound
      }
      let estimate = MemoryEstimate(
        configuration, vocabulary: vocabulary, trainBatches: train.count, validBatches: valid.count,
        readsFile: readsFile, fits: fits, nodeSizes: place.nodeSizes, node: node ?? 0)
      problem = shortage(estimate, team)
    }
    let messages = team.gather(problem?.message ?? [])
    let first = team.broadcast(messages.first { !$0.isEmpty } ?? [], from: 0)
    guard first.isEmpty else { throw RunError(message: first).agreed }
  }

  /// What the process of this worker, the first one there, lacks; what its node lacks, where it is the node's first.
  private static func shortage(_ estimate: MemoryEstimate, _ team: any Team) -> RunError? {
    let place = team.place
    let start = place.node.lowerBound
    let own = (place.process.lowerBound - start)..<(place.process.upperBound - start)
    return shortage(
      estimate, own, isFirst: team.rank == start, processes: place.node.count / place.process.count,
      at: team.size > 1 ? "worker \(team.rank) of \(team.size)" : nil)
  }

  /// What this process lacks, and its node.
  ///
  /// - own: the node's workers that are this process's; isFirst: whether it answers for the node; processes:
  ///   those of the node; place: nil for the memory that there is in all.
  static func shortage(
    _ estimate: MemoryEstimate, _ own: Range<Int>, isFirst: Bool, processes: Int = 1, at place: String?
  ) -> RunError? {
    // The program itself is there already.
    let process = estimate.process(own) - MemoryEstimate.processByteCount
    if let limit = MemoryLimit.ofThisProcess, limit.available < process { return error(process, limit, place) }
    guard isFirst, let limit = MemoryLimit.binding else { return nil }
    switch limit.kind {
    case .addressSpace, .data: return nil
    case .machine, .group:
      let needed = estimate.node + MemoryEstimate.growthByteCount * processes
      return limit.available < needed ? error(needed, limit, place) : nil
    }
  }

  private static func error(_ needed: Int, _ limit: MemoryLimit, _ place: String?) -> RunError {
    RunError(
      "too little memory: the run takes \(NumberText.bytes(needed)), and of \(limit.name) "
        + "\(NumberText.bytes(limit.available)) are left",
      at: place ?? "\(NumberText.bytes(limit.total)) in all",
      remedy: "\(RunError.shortageRemedy(limit)) (dist-train data tells what each takes)", status: .failure)
  }
}
