/// Where the rows of each lane lie in a pair of activations: `steps` runs of the lane's streams, `stepStride` elements apart.
public struct LaneRows: Sendable {
  /// For each lane of the worker, its rows within one step.
  public let rows: [Range<Int>]
  /// Number of steps.
  public let steps: Int

  /// Takes the rows of every lane and the number of steps.
  public init(rows: [Range<Int>], steps: Int) {
    self.rows = rows
    self.steps = steps
  }
}

/// Σ aᵀ·d over the rows of each lane, folded over the worker's lanes: the gradient of the weights in d = …a·w….
///
/// - a: `lanes.steps` matrices (rows, depth) one after the other; d: likewise (rows, columns).
/// - roots: where each of the schedule's roots goes: root i's gradient, panels (depth, columns), starts at
///   `offset + i·rootStride`. Overwritten.
/// - scratch: at least `weightGradientScratch(schedule)` elements.
///
/// A tile of the gradient stays in registers over a lane's rows, in order of step and stream, and is folded with the other
/// lanes' tiles while they are in the first-level cache.
public func weightGradient(
  _ a: (elements: Window<Float>, columns: Int), _ d: (elements: Window<Float>, columns: Int), rowsPerStep: Int,
  lanes: LaneRows, schedule: FoldSchedule, roots: Window<Float>, offset: Int, rootStride: Int, scratch: Window<Float>,
  shape: TileShape = .native
) {
  precondition(scratch.count >= weightGradientScratch(schedule), "scratch is too small")
  precondition(schedule.folds.count == lanes.rows.count, "a fold count for each lane")
  let size = Panels.count(rows: a.columns, columns: d.columns)
  precondition(roots.count >= offset + (schedule.roots - 1) * rootStride + size, "a gradient for each root")
  lanes.rows.withUnsafeBufferPointer { rows in
    schedule.folds.withUnsafeBufferPointer { folds in
      let job = WeightGradientJob(
        a: UnsafePointer(a.elements.base), d: UnsafePointer(d.elements.base), panelStride: rowsPerStep * 16,
        aStepStride: Panels.count(rows: rowsPerStep, columns: a.columns),
        dStepStride: Panels.count(rows: rowsPerStep, columns: d.columns), rows: rows, steps: lanes.steps, folds: folds,
        roots: roots.base + offset, rootStride: rootStride, rootPanelStride: a.columns * 16, stack: scratch.base)
      forEachTile(rows: a.columns, columns: d.columns, shape: shape, job)
    }
  }
}

/// Elements of scratch that `weightGradient` needs.
public func weightGradientScratch(_ schedule: FoldSchedule) -> Int { schedule.depth * tileElements }

/// The largest tile: 6 rows × 4 panels.
private let tileElements = 6 * 64

private struct WeightGradientJob: TileJob {
  let a: UnsafePointer<Float>
  let d: UnsafePointer<Float>
  let panelStride: Int
  let aStepStride: Int
  let dStepStride: Int
  let rows: UnsafeBufferPointer<Range<Int>>
  let steps: Int
  let folds: UnsafeBufferPointer<Int>
  let roots: UnsafeMutablePointer<Float>
  let rootStride: Int
  let rootPanelStride: Int
  let stack: UnsafeMutablePointer<Float>

  /// A tile's scalars, elements of rows of `a`, are neighbours.
  static var splitsRowsAtPanels: Bool { true }

  @inline(__always)
  func run<Tile: RowTile>(_: Tile.Type, row k: Int, column: Int) {
    let a = self.a + columnOffset(k, panelStride)
    let d = self.d + columnOffset(column, panelStride)
    var height = 0
    for lane in 0..<rows.count {
      var tile = laneSum(Tile.self, a + rows[lane].lowerBound * 16, d + rows[lane].lowerBound * 16, rows[lane].count)
      for _ in 0..<folds[lane] {
        height &-= 1
        tile.add(stack + height &* tileElements + column % 16, Tile.rows * 16)
      }
      tile.store(stack + height &* tileElements + column % 16, Tile.rows * 16)
      height &+= 1
    }
    for root in 0..<height {
      var tile = Tile(repeating: Tile.Block(repeating: 0))
      tile.add(stack + root * tileElements + column % 16, Tile.rows * 16)
      tile.store(roots + root * rootStride + columnOffset(column, rootPanelStride) + k * 16, rootPanelStride)
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
      for row in 0..<count {
        tile.accumulate(Tile.Block.load(d + row &* 16, panelStride), a + row &* 16, 1)
      }
      a += aStepStride
      d += dStepStride
    }
    return tile
  }
}
