/// The canonical sum of rows: `nodes` (one row for each of the schedule's nodes, `stride` apart, the first `count` elements
/// of each) folded into `roots` (one row for each root, `rootStride` apart, overwritten).
///
/// - scratch: at least `16 · schedule.depth` elements.
public func foldRows(
  _ nodes: Window<Float>, stride: Int, count: Int, schedule: FoldSchedule, into roots: Window<Float>, rootStride: Int,
  scratch: Window<Float>
) {
  precondition(count % 16 == 0, "rows are whole vectors")
  precondition(nodes.count >= (schedule.folds.count - 1) * stride + count, "a row for each node")
  precondition(roots.count >= (schedule.roots - 1) * rootStride + count, "a row for each root")
  precondition(scratch.count >= 16 * schedule.depth, "scratch is too small")
  let stack = scratch.base
  schedule.folds.withUnsafeBufferPointer { folds in
    for place in Swift.stride(from: 0, to: count, by: 16) {
      var height = 0
      for node in 0..<folds.count {
        var sum = load16(UnsafePointer(nodes.base + node * stride + place))
        for _ in 0..<folds[node] {
          height -= 1
          sum = load16(UnsafePointer(stack + height * 16)) + sum
        }
        store16(stack + height * 16, sum)
        height += 1
      }
      for root in 0..<height {
        store16(roots.base + root * rootStride + place, load16(UnsafePointer(stack + root * 16)))
      }
    }
  }
}

/// The canonical sum of rows of doubles, one element at a time; as `foldRows`, for the few losses and counts.
public func foldDoubles(
  _ nodes: Window<Double>, stride: Int, count: Int, schedule: FoldSchedule, into roots: Window<Double>, rootStride: Int,
  scratch: Window<Double>
) {
  precondition(scratch.count >= schedule.depth, "scratch is too small")
  for place in 0..<count {
    var height = 0
    for node in 0..<schedule.folds.count {
      var sum = nodes[node * stride + place]
      for _ in 0..<schedule.folds[node] {
        height -= 1
        sum = scratch[height] + sum
      }
      scratch[height] = sum
      height += 1
    }
    for root in 0..<height { roots[root * rootStride + place] = scratch[root] }
  }
}

/// How (mean, M₂) pairs of nodes with known numbers of samples are merged along a `FoldSchedule`.
public struct MomentSchedule: Sendable {
  let schedule: FoldSchedule
  /// For each fold in order: n_b / n and n_a·n_b / n.
  let weights: [SIMD2<Float>]
  /// Samples in each root.
  public let rootCounts: [Int]

  /// - counts: samples in each of the schedule's nodes.
  public init(_ schedule: FoldSchedule, counts: [Int]) {
    precondition(counts.count == schedule.folds.count, "a count for each node")
    var stack: [Int] = []
    var weights: [SIMD2<Float>] = []
    for (count, folds) in zip(counts, schedule.folds) {
      var right = count
      for _ in 0..<folds {
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
/// - scratch: at least `32 · depth` elements.
public func mergeMoments(
  _ nodes: Window<Float>, stride: Int, count: Int, schedule: MomentSchedule, into roots: Window<Float>, rootStride: Int,
  scratch: Window<Float>
) {
  precondition(count % 16 == 0, "rows are whole vectors")
  precondition(nodes.count >= (schedule.schedule.folds.count - 1) * stride + 2 * count, "a row for each node")
  precondition(roots.count >= (schedule.schedule.roots - 1) * rootStride + 2 * count, "a row for each root")
  precondition(scratch.count >= 32 * schedule.schedule.depth, "scratch is too small")
  let stack = scratch.base
  schedule.weights.withUnsafeBufferPointer { weights in
    schedule.schedule.folds.withUnsafeBufferPointer { folds in
      for place in Swift.stride(from: 0, to: count, by: 16) {
        var height = 0
        var fold = 0
        for node in 0..<folds.count {
          let row = UnsafePointer(nodes.base + node * stride + place)
          var mean = load16(row)
          var squares = load16(row + count)
          for _ in 0..<folds[node] {
            height -= 1
            let leftMean = load16(UnsafePointer(stack + height * 32))
            let leftSquares = load16(UnsafePointer(stack + height * 32 + 16))
            let delta = mean - leftMean
            mean = leftMean.addingProduct(delta, SIMD16(repeating: weights[fold].x))
            squares = (leftSquares + squares).addingProduct(delta * delta, SIMD16(repeating: weights[fold].y))
            fold += 1
          }
          store16(stack + height * 32, mean)
          store16(stack + height * 32 + 16, squares)
          height += 1
        }
        for root in 0..<height {
          store16(roots.base + root * rootStride + place, load16(UnsafePointer(stack + root * 32)))
          store16(roots.base + root * rootStride + place + count, load16(UnsafePointer(stack + root * 32 + 16)))
        }
      }
    }
  }
}
