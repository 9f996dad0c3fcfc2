internal import Kernels

/// Who owns what in a team: a pure function of the lanes and of the number of workers on each node.
struct TeamLayout: Sendable {
  let lanes: Lanes
  /// The workers of each node.
  let nodes: [Range<Int>]
  /// The tree nodes that the workers sum, in lane order.
  let roots: [Range<Int>]
  /// For each worker, the indices of its tree nodes in `roots`.
  let workerRoots: [Range<Int>]
  /// How `roots` are added up to the whole.
  let schedule: ReductionSchedule

  var size: Int { workerRoots.count }

  /// - nodeSizes: the number of workers on each node; together at most one for each lane.
  init(_ lanes: Lanes, nodeSizes: [Int]) {
    self.lanes = lanes
    nodes = Self.runs(nodeSizes)
    let size = nodeSizes.reduce(0, +)
    let own = (0..<size).map { lanes.subtrees(of: lanes.lanes(ofWorker: $0, of: size)) }
    roots = own.flatMap(\.self)
    workerRoots = Self.runs(own.map(\.count))
    schedule = lanes.reductionSchedule(of: roots)
  }

  /// The node of a worker.
  func node(of worker: Int) -> Int { nodes.count { $0.upperBound <= worker } }

  /// The indices in `roots` of what a node's workers sum.
  func nodeRoots(_ node: Int) -> Range<Int> {
    workerRoots[nodes[node].lowerBound].lowerBound..<workerRoots[nodes[node].upperBound - 1].upperBound
  }

  /// The tree nodes that remain when a node's workers have added theirs together.
  func reducedRoots(_ node: Int) -> [Range<Int>] {
    let indices = nodeRoots(node)
    return lanes.subtrees(of: roots[indices.lowerBound].lowerBound..<roots[indices.upperBound - 1].upperBound)
  }

  /// How the roots of a node's workers are added up to `reducedRoots`.
  func nodeSchedule(_ node: Int) -> ReductionSchedule { lanes.reductionSchedule(of: Array(roots[nodeRoots(node)])) }

  /// Worker w's slice of `count` parameters: ⌊U·w/W⌋ ..< ⌊U·(w+1)/W⌋ of U units.
  func slice(_ worker: Int, count: Int, unit: Int) -> Range<Int> {
    let units = count / unit
    return (units * worker / size * unit)..<(units * (worker + 1) / size * unit)
  }

  /// The slices of a node's workers as one range.
  func nodeSlice(_ node: Int, count: Int, unit: Int) -> Range<Int> {
    let first = slice(nodes[node].lowerBound, count: count, unit: unit)
    return first.lowerBound..<slice(nodes[node].upperBound - 1, count: count, unit: unit).upperBound
  }

  /// Runs of these lengths, one after the other.
  static func runs(_ lengths: [Int]) -> [Range<Int>] {
    var end = 0
    return lengths.map { length in
      end += length
      return (end - length)..<end
    }
  }
}
