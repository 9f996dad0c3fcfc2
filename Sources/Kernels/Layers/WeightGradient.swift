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
  lanes.rows.withUnsafeBufferPointer { rows in
    schedule.folds.withUnsafeBufferPointer { folds in
      let job = WeightGradientJob(
        a: UnsafePointer(a.elements.base), d: UnsafePointer(d.elements.base), panelStride: rowsPerStep * 16,
        aStepStride: Panels.count(rows: rowsPerStep, columns: a.columns),
        dStepStride: Panels.count(rows: rowsPerStep, columns: d.columns), rows: rows, steps: lanes.steps, folds: folds,
        roots: roots.base + offset, rootStride: rootStride, rootPanelStride: a.columns * 16, depth: a.columns,
        stack: scratch.base)
      var panel = 0
      while panel * 16 < d.columns {
        let halves = shape.halves(for: d.columns - panel * 16)
        switch halves {
        case 1: gradientColumns(HalfPanel.self, job, shape, panel)
        case 2: gradientColumns(OnePanel.self, job, shape, panel)
        case 3: gradientColumns(PanelAndHalf.self, job, shape, panel)
        case 4: gradientColumns(TwoPanels.self, job, shape, panel)
        case 5: gradientColumns(TwoPanelsAndHalf.self, job, shape, panel)
        case 6: gradientColumns(ThreePanels.self, job, shape, panel)
        default: gradientColumns(FourPanels.self, job, shape, panel)
        }
        panel += (halves + 1) / 2
      }
    }
  }
}

/// Elements of scratch that `weightGradient` needs.
public func weightGradientScratch(_ schedule: FoldSchedule) -> Int { schedule.depth * tileElements }

/// The largest tile: 6 rows × 4 panels.
private let tileElements = 6 * 64

private struct WeightGradientJob {
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
  let depth: Int
  let stack: UnsafeMutablePointer<Float>
}

@inline(never)
private func gradientColumns<Block: ColumnBlock>(
  _: Block.Type, _ job: WeightGradientJob, _ shape: TileShape, _ panel: Int
) {
  let halves = (Block.width + 7) / 8
  var k = 0
  while k < job.depth {
    // A tile doesn't cross a panel of a, so that its scalars are neighbours: 6 + 6 + 4 rows, or 4 × 4.
    let rows = shape.rows(for: min(16 - k % 16, job.depth - k), halves: halves)
    switch rows {
    case 1: gradientTile(OneRow<Block>.self, job, k, panel)
    case 2: gradientTile(TwoRows<Block>.self, job, k, panel)
    case 3: gradientTile(ThreeRows<Block>.self, job, k, panel)
    case 4: gradientTile(FourRows<Block>.self, job, k, panel)
    default: gradientTile(SixRows<Block>.self, job, k, panel)
    }
    k += rows
  }
}

@inline(__always)
private func gradientTile<Tile: RowTile>(_: Tile.Type, _ job: WeightGradientJob, _ k: Int, _ panel: Int) {
  let a = job.a + (k / 16) * job.panelStride + k % 16
  let d = job.d + panel * job.panelStride
  var height = 0
  for lane in 0..<job.rows.count {
    var tile = Tile(repeating: Tile.Block(repeating: 0))
    let first = job.rows[lane].lowerBound * 16
    let count = job.rows[lane].count
    for step in 0..<job.steps {
      let aStep = a + step * job.aStepStride + first
      let dStep = d + step * job.dStepStride + first
      for row in 0..<count {
        tile.accumulate(Tile.Block.load(dStep + row * 16, job.panelStride), aStep + row * 16, 1)
      }
    }
    for _ in 0..<job.folds[lane] {
      height -= 1
      tile.add(job.stack + height * tileElements, Tile.rows * 16)
    }
    tile.store(job.stack + height * tileElements, Tile.rows * 16)
    height += 1
  }
  for root in 0..<height {
    var tile = Tile(repeating: Tile.Block(repeating: 0))
    tile.add(job.stack + root * tileElements, Tile.rows * 16)
    tile.store(job.roots + root * job.rootStride + panel * job.rootPanelStride + k * 16, job.rootPanelStride)
  }
}
