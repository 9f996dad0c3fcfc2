public import Configuration
internal import Data
public import Memory
internal import Models
internal import Teams

/// What a run takes of the memory of one of its nodes, found by making its workers without any memory: see
/// `MemoryPlan`. Texts are not in it, nor the files of initial weights while they are read.
public struct MemoryEstimate: Sendable {
  /// One use's bytes: what the node's workers share, and what each has of its own.
  public struct Row: Sendable {
    /// What it is for.
    public let use: MemoryUse
    /// What the node has once.
    public let shared: Int
    /// What each of its workers has, in order.
    public let workers: [Int]
    /// What the node has in all.
    public var node: Int { shared + workers.reduce(0, +) }
  }

  /// A row for each use.
  public let rows: [Row]

  /// A process's program, libraries and stacks, about.
  public static let processByteCount = 20 << 20

  /// What a process comes to take beside its workers from when these are made, about: heap, stacks, more of its
  /// program.
  static let growthByteCount = 8 << 20

  /// Bytes of the node's workers, without the processes that they are in.
  public var node: Int { rows.reduce(0) { $0 + $1.node } }

  /// Bytes that a process of some of the workers has, those that it shares with others among them.
  public func process(_ workers: Range<Int>) -> Int {
    rows.reduce(Self.processByteCount) { $0 + $1.shared + $1.workers[workers].reduce(0, +) }
  }

  /// - vocabulary: of the texts; trainBatches, validBatches: in an epoch and in a validation.
  /// - readsFile: whether tokens come from a token file, of which a worker keeps one batch.
  /// - fits: whether it trains, so that there is a state to go back to.
  /// - nodeSizes: the number of workers on each node; node: which of these is asked about.
  public init(
    _ configuration: RunConfiguration, vocabulary: Int, trainBatches: Int, validBatches: Int, readsFile: Bool,
    fits: Bool = true, nodeSizes: [Int], node: Int = 0
  ) {
    let lanes = Lanes(batchSize: configuration.batchSize, count: configuration.laneCount)
    let first = nodeSizes[..<node].reduce(0, +)
    let shared = MemoryPlan()
    // Workers of equal lanes, streams and roots take the same.
    var known: [[Int]: [Int]] = [:]
    let workers = (first..<(first + nodeSizes[node])).map { worker -> [Int] in
      let own = MemoryPlan()
      // What is shared is counted with the first.
      let team = PlanningTeam(
        lanes, nodeSizes: nodeSizes, worker: worker, shared: worker == first ? shared : MemoryPlan(), own: own)
      if let counts = known[team.shape] { return counts }
      let streams = lanes.streams(ofWorker: worker, of: team.size).count
      func batches(_ count: Int) -> WorkerBatches {
        own.add(
          WorkerBatches.byteCount(count, bptt: configuration.bptt, streams: streams, fromFile: readsFile),
          for: .tokens)
        return WorkerBatches(planned: count, bptt: configuration.bptt, streams: streams)
      }
      let trainer = Trainer(
        configuration.model, vocabulary: vocabulary, bptt: configuration.bptt, seed: configuration.seed, team: team,
        train: batches(trainBatches), valid: batches(validBatches), rule: configuration.hiddenState,
        clip: configuration.clip, accumulate: configuration.accumulate, optimizer: configuration.optimizer,
        storage: Storage(own))
      if fits { own.add(trainer.snapshotByteCount, for: .stateCopy) }
      let counts = MemoryUse.allCases.map { own[$0] }
      known[team.shape] = counts
      return counts
    }
    rows = MemoryUse.allCases.map { use in
      Row(use: use, shared: shared[use], workers: workers.map { $0[use.rawValue] })
    }
  }
}
