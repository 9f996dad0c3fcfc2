public import Memory

/// The canonical sum of rows: `nodes` (one row for each of the schedule's nodes, `stride` apart, the first `count`
/// elements of each) added up into `roots` (one row for each root, `rootStride` apart, overwritten). Bound by loads:
/// one for each addition.
///
/// - scratch: at least `reductionScratch` elements for each entry that the schedule stacks at most.
public func reduceRows(
  _ nodes: BufferView<Float>, stride: Int, count: Int, schedule: ReductionSchedule, into roots: BufferView<Float>,
  rootStride: Int,
  scratch: BufferView<Float>
) {
  precondition(count % 16 == 0, "rows are whole vectors")
  precondition(nodes.count >= (schedule.additions.count - 1) * stride + count, "a row for each node")
  precondition(roots.count >= (schedule.roots - 1) * rootStride + count, "a row for each root")
  precondition(scratch.count >= reductionScratch * schedule.depth, "scratch is too small")
  schedule.additions.withUnsafeBufferPointer { additions in
    var place = 0
    while place < count {
      let (nodes, roots) = (UnsafePointer(nodes.base + place), roots.base + place)
      if place + 64 <= count {
        reduceColumns(FourPanels.self, nodes, stride, additions, into: roots, rootStride, scratch.base)
        place += 64
      } else {
        reduceColumns(OnePanel.self, nodes, stride, additions, into: roots, rootStride, scratch.base)
        place += 16
      }
    }
  }
}

/// Elements of scratch that a reduction takes for an entry on the stack: wide blocks, so that the sums don't wait for
/// each other.
public let reductionScratch = 64

/// The canonical sum of one block of columns. The sum on top of the stack is in registers: half of the nodes are added
/// to it at once.
@inline(__always)
private func reduceColumns<Block: ColumnBlock>(
  _: Block.Type, _ nodes: UnsafePointer<Float>, _ stride: Int, _ additions: UnsafeBufferPointer<Int>,
  into roots: UnsafeMutablePointer<Float>, _ rootStride: Int, _ stack: UnsafeMutablePointer<Float>
) {
  guard additions.count > 0 else { return }
  var top = Block.load(nodes, 16)
  var below = 0
  for node in 1..<additions.count {
    let row = nodes + node &* stride
    if additions[node] == 0 {
      top.store(stack + below &* reductionScratch, 16)
      below &+= 1
      top = Block.load(row, 16)
      continue
    }
    top.add(Block.load(row, 16))
    for _ in 1..<additions[node] {
      below &-= 1
      top.add(Block.load(stack + below &* reductionScratch, 16))
    }
  }
  for root in 0..<below {
    Block.load(stack + root &* reductionScratch, 16).store(roots + root &* rootStride, 16)
  }
  top.store(roots + below &* rootStride, 16)
}

/// The canonical sum of rows of doubles, one element at a time; as `reduceRows`, for the few losses and counts.
public func reduceDoubles(
  _ nodes: BufferView<Double>, stride: Int, count: Int, schedule: ReductionSchedule, into roots: BufferView<Double>,
  rootStride: Int,
  scratch: BufferView<Double>
) {
  precondition(scratch.count >= schedule.depth, "scratch is too small")
  for place in 0..<count {
    var height = 0
    for node in 0..<schedule.additions.count {
      var sum = nodes[node * stride + place]
      for _ in 0..<schedule.additions[node] {
        height -= 1
        sum = scratch[height] + sum
      }
      scratch[height] = sum
      height += 1
    }
    for root in 0..<height { roots[root * rootStride + place] = scratch[root] }
  }
}

/// How (mean, M₂) pairs of nodes with known numbers of samples are merged along a `ReductionSchedule`.
public struct MomentSchedule: Sendable {
  let schedule: ReductionSchedule
  /// For each addition in order: n_b / n and n_a·n_b / n.
  let weights: [SIMD2<Float>]
  /// Samples in each root.
  public let rootCounts: [Int]

  /// - counts: samples in each of the schedule's nodes.
  public init(_ schedule: ReductionSchedule, counts: [Int]) {
    precondition(counts.count == schedule.additions.count, "a count for each node")
    var stack: [Int] = []
    var weights: [SIMD2<Float>] = []
    for (count, additions) in zip(counts, schedule.additions) {
      var right = count
      for _ in 0..<additions {
        let left = stack.removeLast()
        let sum = Double(left + right)
        weights.append(SIMD2(Float(Double(right) / sum), Float(Double(left) * Double(right) / sum)))
        right += left
      }
      stack.append(right)
    }
    self.schedule = schedule
    self.weights = weights
    rootCounts = stack
  }
}

/// Merges moments along the canonical tree: each row of `nodes` holds `count` means and then `count` sums of squared
/// deviations; likewise `roots`, overwritten. Chan, Golub and LeVeque's pairwise update.
///
/// - scratch: at least `reductionScratch` elements for each entry that the schedule stacks at most.
public func mergeMoments(
  _ nodes: BufferView<Float>, stride: Int, count: Int, schedule: MomentSchedule, into roots: BufferView<Float>,
  rootStride: Int,
  scratch: BufferView<Float>
) {
  precondition(count % 16 == 0, "rows are whole vectors")
  precondition(nodes.count >= (schedule.schedule.additions.count - 1) * stride + 2 * count, "a row for each node")
  precondition(roots.count >= (schedule.schedule.roots - 1) * rootStride + 2 * count, "a row for each root")
  precondition(scratch.count >= reductionScratch * schedule.schedule.depth, "scratch is too small")
  schedule.weights.withUnsafeBufferPointer { weights in
    schedule.schedule.additions.withUnsafeBufferPointer { additions in
      var place = 0
      while place < count {
        let (nodes, roots) = (UnsafePointer(nodes.base + place), roots.base + place)
        if place + 32 <= count {
          mergeColumns(TwoPanels.self, nodes, stride, count, additions, weights, into: roots, rootStride, scratch.base)
          place += 32
        } else {
          mergeColumns(OnePanel.self, nodes, stride, count, additions, weights, into: roots, rootStride, scratch.base)
          place += 16
        }
      }
    }
  }
}

/// The moments of one block of columns: squares lie `count` after means, and on the stack half an entry. Those on top
/// of the stack are in registers.
@inline(__always)
private func mergeColumns<Block: ColumnBlock>(
  _: Block.Type, _ nodes: UnsafePointer<Float>, _ stride: Int, _ count: Int, _ additions: UnsafeBufferPointer<Int>,
  _ weights: UnsafeBufferPointer<SIMD2<Float>>, into roots: UnsafeMutablePointer<Float>, _ rootStride: Int,
  _ stack: UnsafeMutablePointer<Float>
) {
  guard additions.count > 0 else { return }
  var top = Moments<Block>(nodes, count)
  var below = 0
  var addition = 0
  for node in 1..<additions.count {
    var right = Moments<Block>(nodes + node &* stride, count)
    if additions[node] == 0 {
      top.store(stack + below &* reductionScratch, reductionScratch / 2)
      below &+= 1
      top = right
      continue
    }
    right.merge(top, weights[addition])
    addition &+= 1
    for _ in 1..<additions[node] {
      below &-= 1
      right.merge(Moments(stack + below &* reductionScratch, reductionScratch / 2), weights[addition])
      addition &+= 1
    }
    top = right
  }
  for root in 0..<below {
    Moments<Block>(stack + root &* reductionScratch, reductionScratch / 2).store(roots + root &* rootStride, count)
  }
  top.store(roots + below &* rootStride, count)
}

/// Means and sums of squared deviations of some columns.
private struct Moments<Block: ColumnBlock> {
  private var mean, squares: Block

  /// The means lie at `pointer`, the squares `distance` behind them.
  @inline(__always) init(_ pointer: UnsafePointer<Float>, _ distance: Int) {
    mean = Block.load(pointer, 16)
    squares = Block.load(pointer + distance, 16)
  }
  @inline(__always) func store(_ pointer: UnsafeMutablePointer<Float>, _ distance: Int) {
    mean.store(pointer, 16)
    squares.store(pointer + distance, 16)
  }
  /// - weights: n_right / n and n_left·n_right / n, this being the right one.
  @inline(__always) mutating func merge(_ left: Self, _ weights: SIMD2<Float>) {
    var delta = mean
    delta.subtract(left.mean)
    mean = left.mean
    mean.accumulate(delta, weights.x)
    squares.add(left.squares)
    squares.accumulate(delta.multiplied(by: delta), weights.y)
  }
}
