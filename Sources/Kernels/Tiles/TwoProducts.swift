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
    TwoProducts(first: first, second: second, epilogue: epilogue))
}

private struct TwoProducts<E: Epilogue>: TileJob {
  let first, second: ProductOperands
  let epilogue: E

  @inline(__always)
  func run<Tile: RowTile>(_: Tile.Type, row: Int, column: Int) {
    var tile = Tile(repeating: epilogue.start(column))
    first.accumulate(row: row, column: column, into: &tile)
    second.accumulate(row: row, column: column, into: &tile)
    epilogue.finish(tile, row: row, column: column)
  }
}

extension ProductOperands {
  /// Whether a tile's blocks of both right matrices fit into half of the first-level cache.
  func fits(with other: ProductOperands) -> Bool {
    isWhole && other.isWhole && depth &+ other.depth <= CacheSizes.smallest.blockDepth
      || depth &+ other.depth <= CacheSizes.ofThisMachine.blockDepth
  }

  /// Adds the products of all of the depth to a tile.
  @inline(__always)
  fileprivate func accumulate<Tile: RowTile>(row: Int, column: Int, into tile: inout Tile) {
    var a = a + row &* 16
    var w = w + columnOffset(column, wPanelStride)
    var left = depth
    while left >= 16 {
      // Counted by pointers: see `Product`.
      let end = w + 256
      while w != end {
        tile.accumulate(Tile.Block.load(w, wPanelStride), a, 16)
        a += 1
        w += 16
      }
      left &-= 16
      a += aPanelStride &- 16
    }
    while left > 0 {
      tile.accumulate(Tile.Block.load(w, wPanelStride), a, 16)
      a += 1
      w += 16
      left &-= 1
    }
  }
}
