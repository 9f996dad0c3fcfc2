public import Memory

/// All workers of a run as one of them sees it, with the collective operations between them.
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

  /// An exchange of `count` parameters and their gradient, zeroed; slices are whole `unit`s, and `count` is a multiple
  /// of it. Collective.
  func makeParameterExchange(count: Int, unit: Int) -> ParameterExchange
  /// Brings every root's part of this worker's slice of the gradient here. `sliceRoots` is then good until the next
  /// collective.
  func reduceScatter(_ exchange: ParameterExchange)
  /// Takes the update of `parameters[slice]` from every worker: returns when all have all of it.
  ///
  /// The workers of a node share one copy. Where parts of it come from other nodes, `received` is called, before
  /// anybody of the node returns, with the ranges of whole units of which this worker is to make what the owner made of
  /// its slice (a transposed copy in `makeShared` memory, say): each such range goes to one worker of the node. Within
  /// one node it isn't called.
  func allGather(_ exchange: ParameterExchange, received: (Range<Int>) -> Void)

  /// `floats` zeroed floats that the workers of this node share. Collective; ordered by the team's other operations.
  func makeShared(floats: Int) -> BufferView<Float>

  /// The bytes of worker `root`; what others pass is not looked at. Any number; it goes through memory that grows to a
  /// few MB for long messages, so what is larger than that is best passed in pieces.
  func broadcast(_ bytes: [UInt8], from root: Int) -> [UInt8]
  /// All workers' bytes by rank on worker 0, nothing elsewhere. Any number, as with `broadcast`.
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
