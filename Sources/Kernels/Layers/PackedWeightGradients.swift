public import Memory

/// A matrix whose gradient is Σ aᵀ·d: what a was, in lane order, and where the gradient goes.
@safe
public struct GradientOperand {
  /// (rows, depth).
  public let a: Panels
  let stack: GradientStack

  /// - a: (rows, depth), rows in lane order (lane, step, stream). stack: of a matrix (depth, columns of d).
  public init(_ a: Panels, into stack: GradientStack) {
    precondition(stack.depth == a.columns, "another's stack")
    self.a = a
    self.stack = stack
  }
}

/// Σ aᵀ·d over the rows of each lane of a block, added up over the lanes: the gradients of one or two matrices whose
/// products were summed, and which therefore have one d.
///
/// - d: the block's steps, (rows of its matrices, columns) each, one after the other, with zero in the padding.
/// - schedule: of the worker's lanes, in whose order blocks come.
/// - packed: scratch, at least `packedCount(rows:)` elements for as many rows as all steps have.
/// - biases: where each lane's column sums of d go; the second may be nil.
///
/// A part of 48 columns of d at a time is copied into lane order, and goes through the tiles of both matrices while it
/// is in the second-level cache; the column sums are added up on the way. Bound by the multiply-adds: the copy is three
/// stores of 64 bytes a row, beside `depth` · 3 multiply-adds of that size.
public func packedWeightGradients(
  _ first: GradientOperand, _ second: GradientOperand?, _ d: BufferView<Float>, columns: Int, block: LaneBlock,
  schedule: ReductionSchedule, packed: BufferView<Float>, biases: (LaneVectors, LaneVectors?),
  shape: TileShape = .native
) {
  let rows = block.rows
  let width = (columns + 15) / 16 * 16
  precondition(d.count == block.rowsPerStep * block.stepRows.steps * width, "gradients of the wrong size")
  precondition(packed.count >= packedCount(rows: rows), "scratch is too small")
  precondition(block.lanes.upperBound <= schedule.additions.count, "a count of additions for each lane")
  func check(_ operand: GradientOperand) {
    precondition(operand.a.rows == rows && operand.stack.columns == columns, "activations of the wrong size")
    precondition(operand.stack.rootCount == schedule.roots, "another's stack")
  }
  check(first)
  if let second { check(second) }
  precondition(biases.0.holds(lanes: block.lanes.count, columns: columns), "a vector for each lane")
  GradientStack.Part.forEachColumns(of: columns) { part in
    pack(d, columns: part, width: width, block, packed, biases)
    func run(_ operand: GradientOperand) {
      weightGradientColumns(
        operand, UnsafePointer(packed.base), columns: part, block.runs, first: block.lanes.lowerBound, schedule, shape)
    }
    run(first)
    if let second { run(second) }
  }
}

/// Elements of scratch that `packedWeightGradients` needs for a block of so many rows.
public func packedCount(rows: Int) -> Int { rows * GradientStack.Part.columns }

/// Copies some columns of d into lane order, `packed` (rows of all steps, columns) in panels, and adds up each lane's;
/// padding included.
///
/// It reads the rows of a panel and step one after the other, as the prefetcher likes it, and writes a run for each
/// lane.
private func pack(
  _ d: BufferView<Float>, columns: Range<Int>, width: Int, _ block: LaneBlock, _ packed: BufferView<Float>,
  _ biases: (LaneVectors, LaneVectors?)
) {
  let (rowsPerStep, steps) = (block.rowsPerStep, block.stepRows.steps)
  let start = block.stepRows.rows[0].lowerBound
  block.stepRows.rows.withUnsafeBufferPointer { lanes in
    for column in stride(from: columns.lowerBound, to: columns.upperBound, by: 16) {
      let target = packed.base + (column &- columns.lowerBound) &* block.rows
      for lane in 0..<lanes.count { store16(biases.0[lane] + column, SIMD16(repeating: 0)) }
      for step in 0..<steps {
        let source = UnsafePointer(d.base + (step &* width &+ column) &* rowsPerStep)
        for lane in 0..<lanes.count {
          let (first, count) = (lanes[lane].lowerBound, lanes[lane].count)
          let rows = source + first &* 16
          let sum = biases.0[lane] + column
          let place = target + ((first &- start) &* steps &+ step &* count) &* 16
          // Of a lane's usual four streams the loop over rows is straight code.
          if count == 4 { packRows(rows, 4, into: place, sum) } else { packRows(rows, count, into: place, sum) }
        }
      }
      guard let second = biases.1 else { continue }
      for lane in 0..<lanes.count { store16(second[lane] + column, load16(UnsafePointer(biases.0[lane] + column))) }
    }
  }
}

/// Copies some rows of a panel, and adds them to `sum` one after the other.
@inline(__always)
private func packRows(
  _ rows: UnsafePointer<Float>, _ count: Int, into target: UnsafeMutablePointer<Float>,
  _ sum: UnsafeMutablePointer<Float>
) {
  var total = load16(UnsafePointer(sum))
  for row in 0..<count {
    let vector = load16(rows + row &* 16)
    total += vector
    store16(target + row &* 16, vector)
  }
  store16(sum, total)
}
