internal import Memory

/// An epilogue for lanes of four streams that can be done in pieces, between the multiply-adds of another tile.
protocol LaneEpilogue: Epilogue {
  /// Does what the tile's rows are for one by one. What it returns is for `finishLanes`.
  func finishRows<Tile: RowTile>(_ tile: Tile, row: Int) -> Tile
  /// Does what the lanes are for whose rows these are, four each, after all of them: a lane or two.
  func finishLanes<Tile: RowTile>(_ tile: Tile, row: Int)
}

extension LaneEpilogue {
  @inline(__always) func finish<Tile: RowTile>(_ tile: Tile, row: Int) {
    let rows = finishRows(tile, row: row)
    if TileShape.isWide && Tile.rows % 4 == 0 { finishLanes(rows, row: row) }
  }
}

/// A·W as `multiply` has it, where that is worth it with each tile's end done between the multiply-adds of the next
/// tile: see `OverlappingTiles`.
@inline(__always)
func multiplyOverlapping<E: LaneEpilogue>(_ operands: ProductOperands, shape: TileShape, _ epilogue: E) {
  #if BUILT_FOR_ZEN4
    if shape.coversWidePanels(columns: operands.columns), operands.depth <= CacheSizes.smallest.blockDepth {
      let most = operands.isWhole ? operands.rows : operands.cut.rows
      for first in stride(from: 0, to: operands.rows, by: most) {
        let rows = min(most, operands.rows &- first)
        OverlappingTiles(operands: operands, epilogue: epilogue).cover(first: first, rows: rows / 8 &* 8)
        if rows % 8 > 0 {
          let rest = (first &+ rows / 8 &* 8)..<(first &+ rows)
          multiplyCut(operands, rows: rest, depth: 0..<operands.depth, false, shape: shape, epilogue, NoSideWork())
        }
      }
      return
    }
  #endif
  multiply(operands, shape: shape, epilogue)
}

#if BUILT_FOR_ZEN4
  /// Tiles of eight rows and one panel, each of which is finished between the multiply-adds of the next: its results
  /// stay in registers meanwhile.
  ///
  /// Zen 4 takes two cycles to store a vector of 64 bytes. One for sixteen multiply-adds costs nothing; but at the end
  /// of a tile of 8 × 32 with two results, the core's queues are full of stores: 73 cycles beside the 1,024 of the
  /// multiply-adds at a depth of 64.
  private struct OverlappingTiles<E: LaneEpilogue> {
    let operands: ProductOperands
    let epilogue: E

    /// A tile of sums, and where it is.
    private struct Finished {
      var tile = EightRows<FourRows<OnePanel>>(repeating: OnePanel(repeating: 0))
      var row = -1
      var column = 0
    }

    /// Does all columns of some rows, whole tiles, from row `first` on.
    @inline(never)
    func cover(first: Int, rows: Int) {
      guard rows > 0 else { return }
      var finished = Finished()
      for column in stride(from: 0, to: operands.columns, by: 16) {
        for row in stride(from: first, to: first &+ rows, by: 8) {
          finished.tile = sums(row: row, column: column, finishing: &finished)
          (finished.row, finished.column) = (row, column)
        }
      }
      epilogue(column: finished.column).finish(finished.tile, row: finished.row)
    }

    @inline(__always)
    private func epilogue(column: Int) -> E {
      var epilogue = epilogue
      epilogue.begin(column: column)
      return epilogue
    }

    /// The sums of a tile; between its multiply-adds the tile before is finished, if there is one.
    @inline(__always)
    private func sums(row: Int, column: Int, finishing finished: inout Finished) -> EightRows<FourRows<OnePanel>> {
      let isAny = finished.row >= 0
      let first = finished.row
      let end = epilogue(column: finished.column)
      var tile = EightRows<FourRows<OnePanel>>(repeating: epilogue(column: column).start())
      var walk = Walk(
        a: operands.a + row &* 16, w: operands.w + columnOffset(column, operands.wPanelStride),
        aPanelStride: operands.aPanelStride)
      let runs = operands.depth / 8
      walk.accumulate(into: &tile, runs: runs / 4)
      if isAny { finished.tile.upper.upper = end.finishRows(finished.tile.upper.upper, row: first) }
      walk.accumulate(into: &tile, runs: (runs &+ 1) / 4)
      if isAny {
        finished.tile.upper.lower = end.finishRows(finished.tile.upper.lower, row: first &+ 2)
        end.finishLanes(finished.tile.upper, row: first)
      }
      walk.accumulate(into: &tile, runs: (runs &+ 2) / 4)
      if isAny { finished.tile.lower.upper = end.finishRows(finished.tile.lower.upper, row: first &+ 4) }
      walk.accumulate(into: &tile, runs: (runs &+ 3) / 4)
      if isAny {
        finished.tile.lower.lower = end.finishRows(finished.tile.lower.lower, row: first &+ 6)
        end.finishLanes(finished.tile.lower, row: first &+ 4)
      }
      walk.accumulate(into: &tile, rows: operands.depth % 8)
      return tile
    }
  }

  /// A walk down the rows of one panel of W and along a few rows of A.
  private struct Walk {
    var a, w: UnsafePointer<Float>
    let aPanelStride: Int
    private var runs = 0

    init(a: UnsafePointer<Float>, w: UnsafePointer<Float>, aPanelStride: Int) {
      (self.a, self.w, self.aPanelStride) = (a, w, aPanelStride)
    }

    /// Adds the products of eight rows of W for each of `runs`.
    @inline(__always)
    mutating func accumulate<Tile: RowTile>(into tile: inout Tile, runs count: Int) {
      for _ in 0..<count {
        accumulate(into: &tile, rows: 8)
        runs &+= 1
        if runs % 2 == 0 { a += aPanelStride &- 16 }
      }
    }

    @inline(__always)
    mutating func accumulate<Tile: RowTile>(into tile: inout Tile, rows: Int) {
      // Counted by pointers: see `Product`.
      let end = w + rows &* 16
      while w != end {
        tile.accumulate(Tile.Block.load(w, 16), a, 16)
        a += 1
        w += 16
      }
    }
  }
#endif
