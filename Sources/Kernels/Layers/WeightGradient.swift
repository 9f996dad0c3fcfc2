/// Where the gradient of one matrix, panels (depth, columns), is folded over the lanes: a stack of such matrices. Its first
/// entries are the roots' gradients themselves, since what the stack holds at the end are the roots.
@safe
public struct GradientStack {
  let roots: UnsafeMutablePointer<Float>
  let rootStride: Int
  let rootCount: Int
  let spare: UnsafeMutablePointer<Float>
  let spareStride: Int

  /// - gradients: root i's gradient starts at `offset + i·rootStride`.
  /// - spare: at least `spareCount` elements, whose contents last from the first lane to the last.
  public init(
    _ gradients: Window<Float>, offset: Int, rootStride: Int, depth: Int, columns: Int, schedule: FoldSchedule,
    spare: Window<Float>
  ) {
    let size = Panels.count(rows: depth, columns: columns)
    precondition(gradients.count >= offset + (schedule.roots - 1) * rootStride + size, "a gradient for each root")
    precondition(
      spare.count >= Self.spareCount(depth: depth, columns: columns, schedule: schedule), "spare matrices are missing")
    roots = gradients.base + offset
    self.rootStride = rootStride
    rootCount = schedule.roots
    self.spare = spare.base
    spareStride = size
  }

  /// Elements that the entries above the roots take.
  public static func spareCount(depth: Int, columns: Int, schedule: FoldSchedule) -> Int {
    (schedule.kept - schedule.roots) * Panels.count(rows: depth, columns: columns)
  }

  @inline(__always)
  func entry(_ level: Int) -> UnsafeMutablePointer<Float> {
    level < rootCount ? roots + level &* rootStride : spare + (level &- rootCount) &* spareStride
  }
}

/// Σ aᵀ·d over the rows of each lane, folded over the lanes: the gradient of the weights in d = …a·w….
///
/// - a: `lanes.steps` matrices (rowsPerStep, depth) one after the other; d: likewise (rowsPerStep, columns).
/// - lanes: the rows of some lanes, of which the first is the schedule's node `first`. Lanes are added in their order, in one
///   call or several.
/// - stack: of a matrix (depth, columns).
///
/// A tile of the gradient stays in registers over a lane's rows, in order of step and stream, and is then folded with the other
/// lanes' tiles. Bound by the multiply-adds for long lanes; for lanes of 12 rows storing each lane's tile costs a quarter of the time.
public func weightGradient(
  _ a: Window<Float>, depth: Int, _ d: Window<Float>, columns: Int, rowsPerStep: Int, lanes: LaneRows, first: Int,
  schedule: FoldSchedule, into stack: GradientStack, shape: TileShape = .native
) {
  precondition(a.count >= lanes.steps * Panels.count(rows: rowsPerStep, columns: depth), "activations are missing")
  precondition(d.count >= lanes.steps * Panels.count(rows: rowsPerStep, columns: columns), "gradients are missing")
  precondition(first + lanes.rows.count <= schedule.folds.count, "a fold count for each lane")
  precondition(stack.rootCount == schedule.roots, "a stack for another schedule")
  lanes.rows.withUnsafeBufferPointer { rows in
    schedule.folds.withUnsafeBufferPointer { folds in
      schedule.heights.withUnsafeBufferPointer { heights in
        let job = WeightGradientJob(
          a: UnsafePointer(a.base), d: UnsafePointer(d.base), panelStride: rowsPerStep * 16,
          aStepStride: Panels.count(rows: rowsPerStep, columns: depth),
          dStepStride: Panels.count(rows: rowsPerStep, columns: columns), rows: rows, steps: lanes.steps,
          folds: UnsafeBufferPointer(rebasing: folds[first...]),
          heights: UnsafeBufferPointer(rebasing: heights[first...]),
          stack: stack, stackPanelStride: depth * 16)
        forEachTile(rows: depth, columns: columns, shape: shape, job)
      }
    }
  }
}

private struct WeightGradientJob: TileJob {
  let a: UnsafePointer<Float>
  let d: UnsafePointer<Float>
  let panelStride: Int
  let aStepStride: Int
  let dStepStride: Int
  let rows: UnsafeBufferPointer<Range<Int>>
  let steps: Int
  let folds: UnsafeBufferPointer<Int>
  let heights: UnsafeBufferPointer<Int>
  let stack: GradientStack
  let stackPanelStride: Int

  /// A tile's scalars, elements of rows of `a`, are neighbours.
  static var splitsRowsAtPanels: Bool { true }

  @inline(__always)
  func run<Tile: RowTile>(_: Tile.Type, row k: Int, column: Int) {
    let a = self.a + columnOffset(k, panelStride)
    let d = self.d + columnOffset(column, panelStride)
    let place = columnOffset(column, stackPanelStride) + k * 16
    for lane in 0..<rows.count {
      let first = rows[lane].lowerBound &* 16
      var tile = laneSum(Tile.self, a + first, d + first, rows[lane].count)
      var level = heights[lane]
      for _ in 0..<folds[lane] {
        level &-= 1
        tile.add(stack.entry(level) + place, stackPanelStride)
      }
      tile.store(stack.entry(level) + place, stackPanelStride)
    }
  }

  /// The tile over one lane: `count` rows from `a` and `d` on in each step.
  @inline(__always)
  private func laneSum<Tile: RowTile>(
    _: Tile.Type, _ a: UnsafePointer<Float>, _ d: UnsafePointer<Float>, _ count: Int
  ) -> Tile {
    var tile = Tile(repeating: Tile.Block(repeating: 0))
    var a = a
    var d = d
    for _ in 0..<steps {
      var aRow = a
      var dRow = d
      var left = count
      // Four rows at a time, counted by pointers so that LLVM unrolls them (see `Product`); not of tiles that fill all registers.
      while Tile.Block.width != 24 && left >= 4 {
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
      a += aStepStride
      d += dStepStride
    }
    return tile
  }
}
