public import Memory

/// Σ aᵀ·d over the rows of each lane, added up over the lanes: the gradient of the weights in d = …a·w….
///
/// - a: `lanes.steps` matrices (rowsPerStep, depth) one after the other; d: likewise (rowsPerStep, columns). Rows that
///   are no lane's, such as those between spread panels, aren't read.
/// - lanes: the rows of some lanes, of which the first is the schedule's node `first`. Lanes are added in their order,
///   in one call or several.
/// - stack: of a matrix (depth, columns).
/// - bias: where each lane's column sums of d go, the gradient of the layer's bias.
///
/// A tile of the gradient stays in registers over a lane's rows, in order of step and stream, and is then added to the
/// other lanes' tiles. Bound by the multiply-adds for long lanes; for lanes of 12 rows storing and adding each lane's
/// tile costs a tenth of the time with tiles in pairs, a sixth with other wide ones, a quarter with narrow ones. Column
/// sums are additions beside the first tiles' multiply-adds where registers are left for them (wide tiles), else a pass
/// of their own.
public func weightGradient(
  _ a: BufferView<Float>, depth: Int, _ d: BufferView<Float>, columns: Int, rowsPerStep: Int, lanes: LaneRows,
  first: Int,
  schedule: ReductionSchedule, into stack: GradientStack, bias: LaneVectors? = nil, shape: TileShape = .native
) {
  precondition(a.count >= lanes.steps * Panels.count(rows: rowsPerStep, columns: depth), "activations are missing")
  precondition(d.count >= lanes.steps * Panels.count(rows: rowsPerStep, columns: columns), "gradients are missing")
  precondition(first + lanes.rows.count <= schedule.additions.count, "a count of additions for each lane")
  precondition(stack.rootCount == schedule.roots && stack.depth == depth && stack.columns == columns, "another's stack")
  precondition(bias.map { $0.holds(lanes: lanes.rows.count, columns: columns) } ?? true, "a vector for each lane")
  if let bias, !sumsColumnsAlong {
    laneColumnSums(d, rowsPerStep: rowsPerStep, columns: columns, lanes: lanes, into: bias)
  }
  if lanes.steps == 1, rowsPerStep * 16 > shape.lanesReach / 4, bias == nil || !sumsColumnsAlong {
    let panelStride = rowsPerStep * 16
    GradientStack.Part.forEachColumns(of: columns) { part in
      for row in stride(from: 0, to: depth, by: GradientStack.Part.rows) {
        stack.addLanes(
          GradientStack.Part(row: row, columns: part), a: UnsafePointer(a.base) + row / 16 * panelStride,
          d: UnsafePointer(d.base) + part.lowerBound / 16 * panelStride, panelStride: panelStride, lanes: lanes,
          first: first, schedule, shape)
      }
    }
    return
  }
  lanes.rows.withUnsafeBufferPointer { rows in
    schedule.additions.withUnsafeBufferPointer { additions in
      schedule.heights.withUnsafeBufferPointer { heights in
        let operands = WeightGradientOperands(
          a: UnsafePointer(a.base), d: UnsafePointer(d.base), firstColumn: 0, panelStride: rowsPerStep * 16,
          aStepStride: Panels.count(rows: rowsPerStep, columns: depth),
          dStepStride: Panels.count(rows: rowsPerStep, columns: columns), rows: rows, steps: lanes.steps,
          additions: UnsafeBufferPointer(rebasing: additions[first...]),
          heights: UnsafeBufferPointer(rebasing: heights[first...]), stack: stack, bias: bias)
        GradientStack.Part.forEachColumns(of: columns) { part in
          for row in stride(from: 0, to: depth, by: GradientStack.Part.rows) {
            operands.run(GradientStack.Part(row: row, columns: part), depth: depth, shape)
          }
        }
      }
    }
  }
}

/// The gradients of a part's columns, of rows in lane order.
///
/// - d: (rows, those columns). lanes: each lane's rows; `first` as above.
func weightGradientColumns(
  _ operand: GradientOperand, _ d: UnsafePointer<Float>, columns: Range<Int>, _ lanes: LaneRows, first: Int,
  _ schedule: ReductionSchedule, _ shape: TileShape
) {
  let (depth, panelStride) = (operand.a.columns, operand.a.panelStride)
  let a = UnsafePointer(operand.a.base)
  guard panelStride <= shape.lanesReach / 4 else {
    for row in stride(from: 0, to: depth, by: GradientStack.Part.rows) {
      operand.stack.addLanes(
        GradientStack.Part(row: row, columns: columns), a: a + row / 16 * panelStride, d: d, panelStride: panelStride,
        lanes: lanes, first: first, schedule, shape)
    }
    return
  }
  lanes.rows.withUnsafeBufferPointer { rows in
    schedule.additions.withUnsafeBufferPointer { additions in
      schedule.heights.withUnsafeBufferPointer { heights in
        let operands = WeightGradientOperands(
          a: a, d: d, firstColumn: columns.lowerBound, panelStride: panelStride,
          aStepStride: 0, dStepStride: 0, rows: rows, steps: 1,
          additions: UnsafeBufferPointer(rebasing: additions[first...]),
          heights: UnsafeBufferPointer(rebasing: heights[first...]), stack: operand.stack, bias: nil)
        for row in stride(from: 0, to: depth, by: GradientStack.Part.rows) {
          operands.run(GradientStack.Part(row: row, columns: columns), depth: depth, shape)
        }
      }
    }
  }
}

/// Whether tiles leave registers for column sums.
private var sumsColumnsAlong: Bool { TileShape.isWide }

private struct WeightGradientOperands {
  let a: UnsafePointer<Float>
  /// From column `firstColumn` on.
  let d: UnsafePointer<Float>
  let firstColumn: Int
  let panelStride: Int
  let aStepStride: Int
  let dStepStride: Int
  let rows: UnsafeBufferPointer<Range<Int>>
  let steps: Int
  let additions: UnsafeBufferPointer<Int>
  let heights: UnsafeBufferPointer<Int>
  let stack: GradientStack
  let bias: LaneVectors?

  /// The tiles of a part, each of which goes through all lanes.
  ///
  /// In pairs half of the lanes' tiles are never stored: on Zen 4 that saves 0.09 of the time at 12 rows. There tiles
  /// of 8 × 16 have more of the peak than larger ones at any length, 0.99 instead of 0.97 at 80 rows; those of 4 × 40
  /// haven't.
  private func tiles(_ shape: TileShape, width: Int) -> TileShape {
    guard shape == .native else { return shape }
    return width % 16 == 0 || steps &* (rows.first?.count ?? 0) <= 48 ? .paired : shape
  }

  /// Does a part of the gradient. Where the rows of all lanes are few enough, each tile goes through all lanes; else
  /// each lane goes through all tiles.
  @inline(__always)
  func run(_ part: GradientStack.Part, depth: Int, _ shape: TileShape) {
    let (height, width) = (min(GradientStack.Part.rows, depth &- part.row), part.columns.count)
    if steps &* panelStride <= shape.lanesReach / 4 {
      let job = WeightGradientJob(self, part, lanes: 0..<rows.count)
      return forEachTile(rows: height, columns: width, shape: tiles(shape, width: width), job)
    }
    for lane in 0..<rows.count {
      let job = WeightGradientJob(self, part, lanes: lane..<(lane &+ 1))
      forEachTile(rows: height, columns: width, shape: shape, job)
    }
  }
}

/// Tiles of a part of the gradient, for some lanes.
private struct WeightGradientJob: TileJob {
  let operands: WeightGradientOperands
  let part: GradientStack.Part
  let lanes: Range<Int>
  /// The first column of the block of tiles, in the whole gradient.
  private var column = 0

  init(_ operands: WeightGradientOperands, _ part: GradientStack.Part, lanes: Range<Int>) {
    self.operands = operands
    self.part = part
    self.lanes = lanes
  }

  @inline(__always)
  mutating func begin(column: Int, width: Int) { self.column = part.columns.lowerBound &+ column }

  @inline(__always)
  func run<Tile: RowTile>(_: Tile.Type, row: Int) {
    let k = part.row &+ row
    if sumsColumnsAlong, k == 0, let bias = operands.bias {
      reduceLanes(k) { lane in
        var sums = SummedTile<Tile>()
        addRows(of: lane, k, to: &sums)
        sums.columns.store(bias[lane] + column, 16)
        return sums.tile
      }
    } else {
      reduceLanes(k) { lane in
        var tile = Tile(repeating: Tile.Block(repeating: 0))
        addRows(of: lane, k, to: &tile)
        return tile
      }
    }
  }

  /// Folds each lane's tile with those of the lanes before.
  @inline(__always)
  private func reduceLanes<Tile: RowTile>(_ k: Int, _ laneSum: (Int) -> Tile) {
    var held = Tile(repeating: Tile.Block(repeating: 0))
    var isHeld = false
    for lane in lanes {
      var tile = laneSum(lane)
      var level = operands.heights[lane]
      var additions = operands.additions[lane]
      // What the next lane is added to needn't be stored where registers hold it.
      if TileShape.holdsTwo(Tile.self), additions == 0, lane &+ 1 < lanes.upperBound,
        operands.additions[lane &+ 1] > 0
      {
        (held, isHeld) = (tile, true)
        continue
      }
      if isHeld {
        tile.add(held)
        isHeld = false
        level &-= 1
        additions &-= 1
      }
      for _ in 0..<additions {
        level &-= 1
        let entry = operands.stack.entry(level, part, row: k, column: column)
        tile.add(entry.place, entry.stride)
      }
      let entry = operands.stack.entry(level, part, row: k, column: column)
      tile.store(entry.place, entry.stride)
    }
  }

  /// Adds a lane's rows in all steps.
  @inline(__always)
  private func addRows<Tile: AccumulatingTile>(of lane: Int, _ k: Int, to tile: inout Tile) {
    let panelStride = operands.panelStride
    let rows = operands.rows[lane]
    var a = operands.a + (columnOffset(k, panelStride) &+ rows.lowerBound &* 16)
    var d = operands.d + (columnOffset(column &- operands.firstColumn, panelStride) &+ rows.lowerBound &* 16)
    for _ in 0..<operands.steps {
      var aRow = a
      var dRow = d
      var left = rows.count
      // Four rows at a time, counted by pointers so that LLVM unrolls them (see `Product`); not of tiles that fill all
      // registers, nor of wide ones, whose rows are long enough by themselves.
      while !TileShape.isWide && Tile.Block.width != 24 && left >= 4 {
        let end = dRow + 64
        while dRow != end {
          tile.accumulate(Tile.Block.load(dRow, panelStride), aRow, 1)
          aRow += 16
          dRow += 16
        }
        left &-= 4
      }
      for row in 0..<left {
        tile.accumulate(Tile.Block.load(dRow + row &* 16, panelStride), aRow + row &* 16, 1)
      }
      a += operands.aStepStride
      d += operands.dStepStride
    }
  }
}

/// A tile, and the sum of the blocks that have gone into it.
private struct SummedTile<Tile: RowTile>: AccumulatingTile {
  typealias Block = Tile.Block
  var tile = Tile(repeating: Block(repeating: 0))
  var columns = Block(repeating: 0)
  @inline(__always) init() {}
  @inline(__always) mutating func accumulate(_ block: Block, _ scalars: UnsafePointer<Float>, _ stride: Int) {
    tile.accumulate(block, scalars, stride)
    columns.add(block)
  }
}
