/// Tiles of a part of a weight gradient for one lane, whose rows follow one another.
///
/// A tile of 80 rows takes some 480 cycles with AVX2. What is the same for all of a part's tiles, where the lane's rows
/// are and which entries of the stack its sum is added to, is found before them: a seventh of the time was spent there.
struct LaneGradientTiles: TileJob {
  /// Where a part of the gradient lies in an entry of a `GradientStack`.
  struct Entry {
    let place: UnsafeMutablePointer<Float>
    let panelStride: Int
  }

  /// The lane's first row, in the part's panel of a and in its first panel of d.
  let a, d: UnsafePointer<Float>
  let panelStride, rows: Int
  /// The entries that are added to the lane's sum, in this order, and the one that the result goes to.
  let added: UnsafeBufferPointer<Entry>
  let target: Entry
  /// The first column of the block of tiles, in the part.
  var column = 0

  @inline(__always)
  mutating func begin(column: Int, width: Int) { self.column = column }

  @inline(__always)
  func run<Tile: RowTile>(_: Tile.Type, row: Int) {
    let panelStride = panelStride
    // The entries lie beyond the second-level cache, or else cost little to ask for.
    for entry in added { fetch(Tile.self, entry, row) }
    fetch(Tile.self, target, row)
    var tile = Tile(repeating: Tile.Block(repeating: 0))
    var aRow = a + row
    var dRow = d + columnOffset(column, panelStride)
    var left = rows
    // As in `WeightGradientJob`.
    while !TileShape.isWide && Tile.Block.width != 24 && left >= 4 {
      let end = dRow + 64
      while dRow != end {
        tile.accumulate(Tile.Block.load(dRow, panelStride), aRow, 1)
        aRow += 16
        dRow += 16
      }
      left &-= 4
    }
    for row in 0..<left { tile.accumulate(Tile.Block.load(dRow + row &* 16, panelStride), aRow + row &* 16, 1) }
    for entry in added {
      tile.add(entry.place + (columnOffset(column, entry.panelStride) &+ row &* 16), entry.panelStride)
    }
    tile.store(target.place + (columnOffset(column, target.panelStride) &+ row &* 16), target.panelStride)
  }

  @inline(__always)
  private func fetch<Tile: RowTile>(_: Tile.Type, _ entry: Entry, _ row: Int) {
    let place = UnsafePointer(entry.place + (columnOffset(column, entry.panelStride) &+ row &* 16))
    for panel in 0..<((Tile.Block.width + 15) / 16) {
      for row in 0..<Tile.rows { prefetch(place + (panel &* entry.panelStride &+ row &* 16)) }
    }
  }
}

extension GradientStack {
  /// Does a part of the gradient, lane by lane: adds each lane's rows to what the lanes before have left.
  ///
  /// - a, d: the first lane's first row, in the part's panel of a and its first panel of d. first: the first lane's
  ///   node in the schedule.
  @inline(__always)
  func addLanes(
    _ part: Part, a: UnsafePointer<Float>, d: UnsafePointer<Float>, panelStride: Int, lanes: LaneRows, first: Int,
    _ schedule: ReductionSchedule, _ shape: TileShape
  ) {
    func place(_ level: Int) -> LaneGradientTiles.Entry {
      let (place, stride) = self.entry(level, part, row: part.row, column: part.columns.lowerBound)
      return LaneGradientTiles.Entry(place: place, panelStride: stride)
    }
    withUnsafeTemporaryAllocation(of: LaneGradientTiles.Entry.self, capacity: 32) { entries in
      precondition(schedule.depth <= entries.count, "more than 2³¹ lanes")
      for (lane, rows) in lanes.rows.enumerated() {
        let (height, additions) = (schedule.heights[first + lane], schedule.additions[first + lane])
        for addition in 0..<additions { entries.initializeElement(at: addition, to: place(height - 1 - addition)) }
        let job = LaneGradientTiles(
          a: a + rows.lowerBound * 16, d: d + rows.lowerBound * 16, panelStride: panelStride, rows: rows.count,
          added: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(entries)[..<additions]),
          target: place(height - additions))
        forEachTile(rows: min(Part.rows, depth - part.row), columns: part.columns.count, shape: shape, job)
      }
    }
  }
}
