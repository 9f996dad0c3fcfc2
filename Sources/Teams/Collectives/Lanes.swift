public import Kernels

/// How the streams of a run are grouped into lanes, and the lanes given to workers: pure functions of the configuration
/// and (worker, size).
public struct Lanes: Sendable, Equatable {
  /// Number of streams, B.
  public let batchSize: Int
  /// Number of lanes, L.
  public let count: Int

  /// Takes B and L with 1 ≤ L ≤ B; traps otherwise.
  public init(batchSize: Int, count: Int) {
    precondition(count >= 1 && count <= batchSize, "1 ≤ lanes ≤ batch size")
    self.batchSize = batchSize
    self.count = count
  }

  /// The streams of lane l: ⌊B·l/L⌋ ..< ⌊B·(l+1)/L⌋.
  public func streams(ofLane lane: Int) -> Range<Int> {
    (batchSize * lane / count)..<(batchSize * (lane + 1) / count)
  }

  /// The lanes of worker w of W: ⌊L·w/W⌋ ..< ⌊L·(w+1)/W⌋; traps when there are more workers than lanes.
  public func lanes(ofWorker worker: Int, of size: Int) -> Range<Int> {
    precondition(size <= count && worker >= 0 && worker < size, "0 ≤ worker < size ≤ lanes")
    return (count * worker / size)..<(count * (worker + 1) / size)
  }

  /// The streams of a worker's lanes.
  public func streams(ofWorker worker: Int, of size: Int) -> Range<Int> {
    let own = lanes(ofWorker: worker, of: size)
    return streams(ofLane: own.lowerBound).lowerBound..<streams(ofLane: own.upperBound - 1).upperBound
  }
}

// MARK: The canonical tree

extension Lanes {
  /// Where a node's second child begins: mid = lo + the largest power of two below hi − lo, for S(lo, hi) = S(lo, mid)
  /// + S(mid, hi).
  static func split(_ node: Range<Int>) -> Int {
    var half = 1
    while half * 2 < node.count { half *= 2 }
    return node.lowerBound + half
  }

  /// The maximal complete subtrees of the canonical tree inside `lanes`, ascending.
  public func subtrees(of lanes: Range<Int>) -> [Range<Int>] {
    func visit(_ node: Range<Int>) -> [Range<Int>] {
      if lanes.lowerBound <= node.lowerBound && node.upperBound <= lanes.upperBound { return [node] }
      if !lanes.overlaps(node) { return [] }
      let mid = Self.split(node)
      return visit(node.lowerBound..<mid) + visit(mid..<node.upperBound)
    }
    return visit(0..<count)
  }

  /// How the sums of adjacent subtrees, in lane order, are added up on a stack: after each is pushed, the two topmost
  /// are added as often as they are the children of one node of the tree.
  public func reductionSchedule(of nodes: [Range<Int>]) -> ReductionSchedule {
    var stack: [Range<Int>] = []
    let additions = nodes.map { node in
      var top = node
      var additions = 0
      while let left = stack.last, areSiblings(left, top) {
        stack.removeLast()
        top = left.lowerBound..<top.upperBound
        additions += 1
      }
      stack.append(top)
      return additions
    }
    return ReductionSchedule(additions: additions)
  }

  /// Whether two subtrees are the children of one node of the tree.
  private func areSiblings(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    let parent = left.lowerBound..<right.upperBound
    // The nodes are the aligned blocks whose size is a power of two, the last of each size cut off where the lanes end.
    let size = 1 << (Int.bitWidth - (parent.count - 1).leadingZeroBitCount)
    return left.upperBound == right.lowerBound && parent.lowerBound % size == 0
      && (parent.count == size || parent.upperBound == count) && Self.split(parent) == right.lowerBound
  }
}
