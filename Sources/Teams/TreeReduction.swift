internal import Kernels
internal import Memory

/// Adds up parts of rows by a reduction schedule: the sums that stay are written to `roots`, overwriting.
///
/// - nodes: (additions, stride), of each row the first `count` elements are read; roots: (schedule.roots, rootStride);
///   stack: at least (schedule.depth, `reductionBlock`), scratch.
///
/// It goes block by block, so that the stack stays in the first-level cache.
func reduceTree(
  _ nodes: BufferView<Float>, stride: Int, count: Int, schedule: ReductionSchedule, into roots: BufferView<Float>,
  rootStride: Int,
  stack: BufferView<Float>
) {
  var start = 0
  while start < count {
    let length = min(reductionBlock, count - start)
    func entry(_ height: Int) -> BufferView<Float> {
      stack[(height * reductionBlock)..<(height * reductionBlock + length)]
    }
    var height = 0
    for node in schedule.additions.indices {
      let row = nodes[(node * stride + start)..<(node * stride + start + length)]
      if schedule.additions[node] == 0 {
        entry(height).copy(from: row)
        height += 1
        continue
      }
      add(entry(height - 1), row, into: entry(height - 1))
      for _ in 1..<schedule.additions[node] {
        height -= 1
        add(entry(height - 1), entry(height), into: entry(height - 1))
      }
    }
    for root in 0..<height {
      roots[(root * rootStride + start)..<(root * rootStride + start + length)].copy(from: entry(root))
    }
    start += length
  }
}

/// Elements of a row that are added up at a time.
let reductionBlock = 256

private func add(_ left: BufferView<Float>, _ right: BufferView<Float>, into sum: BufferView<Float>) {
  let count = sum.count
  precondition(left.count == count && right.count == count, "rows of different length")
  left.withSpan { left in
    right.withSpan { right in
      sum.withMutableSpan { sum in
        // Checked above; a check of each index would keep the loop from vectors.
        for i in 0..<count { unsafe sum[unchecked: i] = left[unchecked: i] + right[unchecked: i] }
      }
    }
  }
}
