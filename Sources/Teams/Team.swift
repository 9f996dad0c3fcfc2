public import Kernels

/// All workers of a run as one of them sees it, with the collective operations between them.
///
/// Every worker calls the same operations in the same order, from its own thread. A buffer of an exchange may be written again
/// only after another collective operation of the team; a training step has several between two uses. None of the operations of
/// a step allocates.
public protocol Team: AnyObject {
  /// This worker, 0..<size.
  var rank: Int { get }
  /// Number of workers.
  var size: Int { get }
  /// The run's lanes.
  var lanes: Lanes { get }
  /// Returns when all workers have come here.
  func barrier()
  /// An exchange of rows of `floats` and `doubles`, one for each subtree root.
  func makeTreeExchange(floats: Int, doubles: Int) -> TreeExchange
  /// All-gather of the roots: returns when every worker's are here.
  func complete(_ exchange: TreeExchange)
  /// An exchange of `count` parameters and their gradient; slices are whole `unit`s.
  func makeParameterExchange(count: Int, unit: Int) -> ParameterExchange
  /// Brings every root's part of this worker's slice of the gradient here.
  func reduceScatter(_ exchange: ParameterExchange)
  /// Brings all workers' slices of the parameters here.
  func allGather(_ exchange: ParameterExchange)
  /// The bytes of worker `root`; what others pass is not looked at.
  func broadcast(_ bytes: [UInt8], from root: Int) -> [UInt8]
  /// All workers' bytes by rank on worker 0, nothing elsewhere.
  func gather(_ bytes: [UInt8]) -> [[UInt8]]
}

/// Rows of numbers, one for each of the team's subtree roots, in lane order.
@safe
public final class TreeExchange {
  /// (roots, floatStride)
  public let floats: Window<Float>
  /// Floats in a row, whole vectors of 16.
  public let floatStride: Int
  /// (roots, doubleStride)
  public let doubles: Window<Double>
  /// Doubles in a row, whole vectors of 8.
  public let doubleStride: Int
  /// The rows of this worker, to be written before the exchange.
  public let ownRoots: Range<Int>
  /// Folds all rows to the canonical sum.
  public let schedule: FoldSchedule
  /// The rows of each worker.
  let roots: [Range<Int>]
  private let arena: Arena

  init(floats: Int, doubles: Int, layout: RootLayout, rank: Int) {
    floatStride = (floats + 15) / 16 * 16
    doubleStride = (doubles + 7) / 8 * 8
    let count = layout.nodes.count
    arena = Arena(
      byteCount: Arena.byteCount(count * floatStride, of: Float.self)
        + Arena.byteCount(count * doubleStride, of: Double.self))
    self.floats = arena.take(count * floatStride)
    self.doubles = arena.take(count * doubleStride)
    roots = layout.roots
    ownRoots = layout.roots[rank]
    schedule = layout.schedule
  }
}

/// The parameters of a run, and the gradient on its way to the slices' owners.
@safe
public final class ParameterExchange {
  /// All parameters, this worker's own copy.
  public let parameters: Window<Float>
  /// (own roots, count): the gradient of each of this worker's subtree roots, to be written before the reduce-scatter.
  public let gradients: Window<Float>
  /// The part of the parameters that this worker owns, whole units; may be empty.
  public let slice: Range<Int>
  /// After the reduce-scatter: root i's part of the slice starts at i·sliceRootStride.
  public let sliceRoots: Window<Float>
  /// Floats from one root's part to the next.
  public let sliceRootStride: Int
  /// Folds those roots to the canonical sum.
  public let schedule: FoldSchedule
  /// The slice of each worker.
  let slices: [Range<Int>]
  /// The number of roots of each worker.
  let rootCounts: [Int]
  private let arena: Arena

  init(count: Int, unit: Int, layout: RootLayout, rank: Int) {
    precondition(count % unit == 0, "parameters are whole units")
    let units = count / unit
    let size = layout.roots.count
    slices = (0..<size).map { (units * $0 / size * unit)..<(units * ($0 + 1) / size * unit) }
    rootCounts = layout.roots.map(\.count)
    slice = slices[rank]
    schedule = layout.schedule
    let ownCount = rootCounts[rank] * count
    let isAlone = size == 1
    let received = isAlone ? 0 : layout.nodes.count * slice.count
    arena = Arena(
      byteCount: Arena.byteCount(count, of: Float.self) + Arena.byteCount(ownCount, of: Float.self)
        + Arena.byteCount(received, of: Float.self))
    parameters = arena.take(count)
    gradients = arena.take(ownCount)
    let incoming: Window<Float> = arena.take(received)
    sliceRoots = isAlone ? gradients : incoming
    sliceRootStride = isAlone ? count : slice.count
  }
}

/// The subtree roots of all workers, in lane order.
struct RootLayout {
  /// The lanes of each root.
  let nodes: [Range<Int>]
  /// For each worker, its places in `nodes`.
  let roots: [Range<Int>]
  let schedule: FoldSchedule

  init(_ lanes: Lanes, size: Int) {
    var nodes: [Range<Int>] = []
    var roots: [Range<Int>] = []
    for worker in 0..<size {
      let own = lanes.subtrees(of: lanes.lanes(ofWorker: worker, of: size))
      roots.append(nodes.count..<(nodes.count + own.count))
      nodes += own
    }
    self.nodes = nodes
    self.roots = roots
    schedule = lanes.folds(of: nodes)
  }
}
