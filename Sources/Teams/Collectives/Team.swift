/// All workers of a run as one of them sees them, with the collective operations between them.
///
/// Every worker calls the same operations in the same order, from its own thread. A buffer of an exchange may be
/// written again by its owner only after a later collective operation of the team, which shows that all others have
/// read it; a training step has several between two uses. None of `barrier`, `complete`, `reduceScatter` and
/// `allGather` allocates.
///
/// None of them throws: when a worker gives up, the others' next wait for it ends their thread or the process, as
/// described at `LocalWorkers.run`.
public protocol Team: AnyObject {
  /// This worker, 0..<size, over all threads and processes.
  var rank: Int { get }
  /// Number of workers.
  var size: Int { get }
  /// The run's lanes.
  var lanes: Lanes { get }
  /// Which workers share this one's process and node.
  var place: TeamPlace { get }

  /// Records the step that this worker is in, for the watchdogs.
  func record(step: Int)

  /// Returns when all workers have come here.
  func barrier()

  /// An exchange of rows of `floats` and `doubles`, zeroed, one for each subtree root. Collective.
  func makeTreeExchange(floats: Int, doubles: Int) -> TreeExchange
  /// All-gather of the roots: returns when every worker's are here.
  func complete(_ exchange: TreeExchange)

  /// An exchange of `count` parameters and their gradient, zeroed; slices are whole `unit`s, of which `count` is a
  /// multiple, and a unit is whole vectors of 16. Collective.
  func makeParameterExchange(count: Int, unit: Int) -> ParameterExchange
  /// Brings every root's part of this worker's slice of the gradient here. `sliceRoots` is then good until the next
  /// collective.
  func reduceScatter(_ exchange: ParameterExchange)
  /// Takes the update of `parameters[slice]` from every worker: returns when all have all of it. The workers of a node
  /// share one copy.
  func allGather(_ exchange: ParameterExchange)

  /// The bytes of worker `root`, of any number; what the others pass is ignored. They go through shared memory, which
  /// grows to a few MB for long messages: what is larger than that is best passed in pieces.
  func broadcast(_ bytes: [UInt8], from root: Int) -> [UInt8]
  /// All workers' bytes by rank on worker 0, an empty array elsewhere. Of any number, as with `broadcast`.
  func gather(_ bytes: [UInt8]) -> [[UInt8]]
}

/// Where a worker stands in its team.
public struct TeamPlace: Sendable, Equatable {
  /// The number of workers on each node.
  public let nodeSizes: [Int]
  /// The workers of its node.
  public let node: Range<Int>
  /// The workers of its process.
  public let process: Range<Int>

  /// Takes these; `process` lies in `node`.
  public init(nodeSizes: [Int], node: Range<Int>, process: Range<Int>) {
    self.nodeSizes = nodeSizes
    self.node = node
    self.process = process
  }
}
