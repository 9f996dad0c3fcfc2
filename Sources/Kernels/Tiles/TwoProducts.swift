internal import Memory

/// a·w + b·v with an epilogue, tile by tile: each element is one chain of multiply-adds, first through a·w, then
/// through b·v. Both products have as many rows and columns.
///
/// A tile of depth 64 spends a tenth of its time on its start and end; one that goes through both products half of
/// that, and its chains aren't stored and read again in between.
@inline(__always)
func multiply<E: Epilogue>(
  _ first: ProductOperands, then second: ProductOperands, shape: TileShape, _ epilogue: E
) {
  precondition(first.rows == second.rows && first.columns == second.columns, "sum of products of different shape")
  forEachTile(
    rows: first.rows, columns: first.columns, shape: shape,
    TwoProducts(first: Factor(first), second: Factor(second), epilogue: epilogue))
}

private struct TwoProducts<E: Epilogue>: TileJob {
  var first, second: Factor
  var epilogue: E

  @inline(__always)
  mutating func begin(column: Int, width: Int) {
    first.begin(column: column)
    second.begin(column: column)
    epilogue.begin(column: column)
  }

  @inline(__always)
  func run<Tile: RowTile>(_: Tile.Type, row: Int) {
    var tile = Tile(repeating: epilogue.start())
    first.accumulate(row: row, into: &tile)
    second.accumulate(row: row, into: &tile)
    epilogue.finish(tile, row: row)
  }
}

/// One of the two products at a block of columns.
private struct Factor {
  let operands: ProductOperands
  private var w: UnsafePointer<Float>

  init(_ operands: ProductOperands) {
    self.operands = operands
    w = operands.w
  }

  @inline(__always)
  mutating func begin(column: Int) { w = operands.w + columnOffset(column, operands.wPanelStride) }

  /// Adds the products of all of the depth to a tile.
  @inline(__always)
  func accumulate<Tile: RowTile>(row: Int, into tile: inout Tile) {
    let wPanelStride = operands.wPanelStride
    var (a, w) = (operands.a + row &* 16, w)
    var left = operands.depth
    while left >= 16 {
      // Counted by pointers: see `Product`.
      let end = w + 256
      while w != end {
        tile.accumulate(Tile.Block.load(w, wPanelStride), a, 16)
        a += 1
        w += 16
      }
      left &-= 16
      a += operands.aPanelStride &- 16
    }
    while left > 0 {
      tile.accumulate(Tile.Block.load(w, wPanelStride), a, 16)
      a += 1
      w += 16
      left &-= 1
    }
  }
}

extension ProductOperands {
  /// Whether a tile's blocks of both right matrices fit into half of the first-level cache.
  func fits(with other: ProductOperands) -> Bool {
    isWhole && other.isWhole && depth &+ other.depth <= CacheSizes.smallest.blockDepth
      || depth &+ other.depth <= CacheSizes.ofThisMachine.blockDepth
  }
}
