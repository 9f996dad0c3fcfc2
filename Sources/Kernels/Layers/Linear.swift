public import Memory

/// c = a·w + bias: a (rows, depth), w (depth, columns), bias (columns) or none for zero, c (rows, columns),
/// overwritten. Bound by the multiply-adds.
public func linear(_ a: Panels, _ w: Panels, bias: BufferView<Float>?, into c: Panels, shape: TileShape = .native) {
  precondition(c.rows == a.rows && c.columns == w.columns, "product into a matrix of another shape")
  precondition(bias.map { $0.count >= w.panels * 16 } ?? true, "a bias for each column")
  multiply(
    ProductOperands(a, w), shape: shape,
    LinearEpilogue(bias: bias.map { UnsafePointer($0.base) }, places: nil, c: c.base, panelStride: c.panelStride))
}

/// c = (a·w) ⊙ mask: shapes as above; mask as c, or none.
public func linear(_ a: Panels, _ w: Panels, mask: Panels?, into c: Panels, shape: TileShape = .native) {
  precondition(c.rows == a.rows && c.columns == w.columns, "product into a matrix of another shape")
  precondition(mask.map { $0.rows == c.rows && $0.panels == c.panels } ?? true, "mask of another shape")
  multiply(
    ProductOperands(a, w), shape: shape,
    LinearEpilogue(
      bias: nil, places: nil, c: c.base, panelStride: c.panelStride, mask: mask.map { UnsafePointer($0.base) }))
}

/// c += a·w: each element's chain starts from the element of c. Shapes as above.
public func linear(_ a: Panels, _ w: Panels, addingTo c: Panels, shape: TileShape = .native) {
  precondition(c.rows == a.rows && c.columns == w.columns, "product into a matrix of another shape")
  multiply(
    ProductOperands(a, w), shape: shape,
    LinearEpilogue(bias: nil, places: nil, c: c.base, panelStride: c.panelStride, addsToStored: true))
}

/// c = a·w + b·v + bias: each element's chain starts from the bias, and goes through a·w and then through b·v. a, w,
/// bias and c as above; b (rows, depth of v), v (depth, columns).
///
/// Small products are one pass over their tiles; larger ones, whose right matrices are cut, are two.
public func linear(
  _ a: Panels, _ w: Panels, plus b: Panels, _ v: Panels, bias: BufferView<Float>, into c: Panels,
  shape: TileShape = .native
) {
  let (first, second) = (ProductOperands(a, w), ProductOperands(b, v))
  guard first.fits(with: second) else {
    linear(a, w, bias: bias, into: c, shape: shape)
    return linear(b, v, addingTo: c, shape: shape)
  }
  precondition(c.rows == a.rows && c.columns == w.columns, "product into a matrix of another shape")
  precondition(bias.count >= w.panels * 16, "a bias for each column")
  multiply(
    first, then: second, shape: shape,
    LinearEpilogue(bias: UnsafePointer(bias.base), places: nil, c: c.base, panelStride: c.panelStride))
}

/// c[position(row)] = (a·w)[row]: like `linear` without bias, but row r of the product goes to row `rows[r]` of `c`'s
/// panels.
///
/// `rows` holds offsets in elements from the start of `c` to the row's place in the panel, and `panelStride` is the
/// distance of c's panels: that is how rows in lane order return to their places in time order.
public func linear(
  _ a: Panels, _ w: Panels, scatteringTo rows: BufferView<Int32>, of c: BufferView<Float>, panelStride: Int,
  shape: TileShape = .native
) {
  precondition(rows.count == a.rows, "one place for each row")
  multiply(
    ProductOperands(a, w), shape: shape,
    LinearEpilogue(bias: nil, places: UnsafePointer(rows.base), c: c.base, panelStride: panelStride))
}

/// c = y·w + bias as above, of what `normalisation` makes: its y, with rows in lane order.
///
/// Where that is worth it (`takesSideWork`), y is made between the multiply-adds, just ahead of the rows that are read.
public func linear(
  _ normalisation: Normalisation, _ w: Panels, bias: BufferView<Float>?, into c: Panels, shape: TileShape = .native
) {
  let y = normalisation.y
  precondition(c.rows == y.rows && c.columns == w.columns, "product into a matrix of another shape")
  precondition(bias.map { $0.count >= w.panels * 16 } ?? true, "a bias for each column")
  guard takesSideWork(w) else {
    normalisation.run()
    return linear(y, w, bias: bias, into: c, shape: shape)
  }
  normalisation.run { side in
    multiply(
      ProductOperands(y, w), shape: shape,
      LinearEpilogue(bias: bias.map { UnsafePointer($0.base) }, places: nil, c: c.base, panelStride: c.panelStride),
      beside: side)
  }
}

/// c[position(row)] = (a·w)[row] as above, rows in lane order, and the sums that `sums` takes of c as its dy: of the
/// product's tiles, where these hold whole lanes.
public func linear(
  _ a: Panels, _ w: Panels, scatteringTo rows: BufferView<Int32>, of c: BufferView<Float>, panelStride: Int,
  summing sums: LaneNormGradients, shape: TileShape = .native
) {
  guard sums.areOfTiles(shape, columns: w.columns) else {
    linear(a, w, scatteringTo: rows, of: c, panelStride: panelStride, shape: shape)
    return sums.run()
  }
  precondition(rows.count == a.rows, "one place for each row")
  multiplyOverlapping(
    ProductOperands(a, w), shape: shape,
    SummingEpilogue(
      LinearEpilogue(bias: nil, places: UnsafePointer(rows.base), c: c.base, panelStride: panelStride), sums))
}

/// Whether side work goes into a product with that right matrix: where tiles leave it registers, and where it has
/// something to do in a good part of them. It works beside one block of columns.
private func takesSideWork(_ w: Panels) -> Bool { TileShape.isWide && w.columns <= 128 }

struct LinearEpilogue: Epilogue {
  private(set) var bias: UnsafePointer<Float>?
  let places: UnsafePointer<Int32>?
  private(set) var c: UnsafeMutablePointer<Float>
  let panelStride: Int
  private(set) var addsToStored = false
  /// In rows as they come, not at `places`.
  private(set) var mask: UnsafePointer<Float>?

  @inline(__always) mutating func begin(column: Int) {
    bias = bias.map { $0 + column }
    c += columnOffset(column, panelStride)
    mask = mask.map { $0 + columnOffset(column, panelStride) }
  }
  @inline(__always) func start<Block: ColumnBlock>() -> Block {
    bias.map { Block.load($0, 16) } ?? Block(repeating: 0)
  }
  @inline(__always) func finish<Tile: RowTile>(_ tile: Tile, row: Int) {
    let (c, first) = (c, row &* 16)
    if let places {
      tile.forEachRow { $1.store(c + Int(places[row &+ $0]), panelStride) }
    } else if let mask {
      tile.forEachRow {
        let factors = Tile.Block.load(mask + first + $0 &* 16, panelStride)
        $1.multiplied(by: factors).store(c + first + $0 &* 16, panelStride)
      }
    } else {
      tile.store(c + first, panelStride)
    }
  }
  @inline(__always) func place(row: Int) -> UnsafeMutablePointer<Float> {
    c + (places.map { Int($0[row]) } ?? row &* 16)
  }
}
