/// What a product starts each row of a column block from, and does with the finished row.
protocol Epilogue {
  /// The value that the chains of the block at `column` start from.
  func start<Block: ColumnBlock>(_ column: Int) -> Block
  /// Takes the finished block of `row` that starts at `column`.
  func finish<Block: ColumnBlock>(_ block: Block, row: Int, column: Int)
}

/// The operands of A·W: A (rows, depth) and W (depth, columns), both in panels.
struct ProductOperands {
  let a: UnsafePointer<Float>
  let aPanelStride: Int
  let w: UnsafePointer<Float>
  let wPanelStride: Int
  let rows: Int
  let depth: Int
  let columns: Int

  init(_ a: Panels, _ w: Panels) { self.init(a: a.base, rows: a.rows, depth: a.columns, w) }

  /// - a: the first element of A, (rows, depth).
  @inline(__always)
  init(a: UnsafePointer<Float>, rows: Int, depth: Int, _ w: Panels) {
    precondition(depth == w.rows, "product of matrices that don't fit")
    self.a = a
    aPanelStride = rows &* 16
    self.w = UnsafePointer(w.base)
    wPanelStride = w.panelStride
    self.rows = rows
    self.depth = depth
    columns = w.columns
  }
}

/// A·W with an epilogue, tile by tile: a block of W's columns stays in cache while all rows of A pass it.
@inline(__always)
func multiply<E: Epilogue>(_ operands: ProductOperands, shape: TileShape, _ epilogue: E) {
  forEachTile(
    rows: operands.rows, columns: operands.columns, shape: shape, Product(operands: operands, epilogue: epilogue))
}

private struct Product<E: Epilogue>: TileJob {
  let operands: ProductOperands
  let epilogue: E
  static var splitsRowsAtPanels: Bool { false }

  @inline(__always)
  func run<Tile: RowTile>(_: Tile.Type, row: Int, column: Int) {
    var tile = Tile(repeating: epilogue.start(column))
    var a = operands.a + row * 16
    var w = operands.w + columnOffset(column, operands.wPanelStride)
    var left = operands.depth
    while left >= 16 {
      // Counted by pointers: LLVM unrolls this loop; before it, the compiler of Swift would, at thrice the compile time.
      let end = w + 256
      while w != end {
        tile.accumulate(Tile.Block.load(w, operands.wPanelStride), a, 16)
        a += 1
        w += 16
      }
      a += operands.aPanelStride &- 16
      left &-= 16
    }
    while left > 0 {
      tile.accumulate(Tile.Block.load(w, operands.wPanelStride), a, 16)
      a += 1
      w += 16
      left &-= 1
    }
    tile.forEachRow { epilogue.finish($1, row: row + $0, column: column) }
  }
}
