/// What a product starts each row of a column block from, and does with the finished row.
protocol Epilogue {
  /// The value that the chains of the block at `panel` start from.
  func start<Block: ColumnBlock>(_ panel: Int) -> Block
  /// Takes the finished block of `row` at `panel`.
  func finish<Block: ColumnBlock>(_ block: Block, row: Int, panel: Int)
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

  init(_ a: Panels, _ w: Panels) {
    precondition(a.columns == w.rows, "product of (…, \(a.columns)) and (\(w.rows), …)")
    self.a = UnsafePointer(a.base)
    aPanelStride = a.panelStride
    self.w = UnsafePointer(w.base)
    wPanelStride = w.panelStride
    rows = a.rows
    depth = a.columns
    columns = w.columns
  }
}

/// A·W with an epilogue, tile by tile: a block of W's columns stays in cache while all rows of A pass it.
@inline(__always)
func multiply<E: Epilogue>(_ operands: ProductOperands, shape: TileShape, _ epilogue: E) {
  var panel = 0
  while panel * 16 < operands.columns {
    let halves = shape.halves(for: operands.columns - panel * 16)
    switch halves {
    case 1: multiplyColumns(HalfPanel.self, operands, shape, panel, epilogue)
    case 2: multiplyColumns(OnePanel.self, operands, shape, panel, epilogue)
    case 3: multiplyColumns(PanelAndHalf.self, operands, shape, panel, epilogue)
    case 4: multiplyColumns(TwoPanels.self, operands, shape, panel, epilogue)
    case 5: multiplyColumns(TwoPanelsAndHalf.self, operands, shape, panel, epilogue)
    case 6: multiplyColumns(ThreePanels.self, operands, shape, panel, epilogue)
    default: multiplyColumns(FourPanels.self, operands, shape, panel, epilogue)
    }
    panel += (halves + 1) / 2
  }
}

@inline(never)
private func multiplyColumns<Block: ColumnBlock, E: Epilogue>(
  _: Block.Type, _ operands: ProductOperands, _ shape: TileShape, _ panel: Int, _ epilogue: E
) {
  let halves = (Block.width + 7) / 8
  var row = 0
  while row < operands.rows {
    let rows = shape.rows(for: operands.rows - row, halves: halves)
    switch rows {
    case 1: multiplyTile(OneRow<Block>.self, operands, row, panel, epilogue)
    case 2: multiplyTile(TwoRows<Block>.self, operands, row, panel, epilogue)
    case 3: multiplyTile(ThreeRows<Block>.self, operands, row, panel, epilogue)
    case 4: multiplyTile(FourRows<Block>.self, operands, row, panel, epilogue)
    default: multiplyTile(SixRows<Block>.self, operands, row, panel, epilogue)
    }
    row += rows
  }
}

@inline(__always)
private func multiplyTile<Tile: RowTile, E: Epilogue>(
  _: Tile.Type, _ operands: ProductOperands, _ row: Int, _ panel: Int, _ epilogue: E
) {
  var tile = Tile(repeating: epilogue.start(panel))
  var a = operands.a + row * 16
  var w = operands.w + panel * operands.wPanelStride
  var left = operands.depth
  while left >= 16 {
    for k in 0..<16 {
      tile.accumulate(Tile.Block.load(w + k * 16, operands.wPanelStride), a + k, 16)
    }
    a += operands.aPanelStride
    w += 256
    left -= 16
  }
  for k in 0..<left {
    tile.accumulate(Tile.Block.load(w + k * 16, operands.wPanelStride), a + k, 16)
  }
  tile.forEachRow { epilogue.finish($1, row: row + $0, panel: panel) }
}
