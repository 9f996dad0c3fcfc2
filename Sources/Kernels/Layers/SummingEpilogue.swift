/// A product whose result is the gradient at BatchNorm's output: writes it to its places, rows in lane order, and takes
/// the sums of BatchNorm's backward pass from the tiles, while they are in registers.
///
/// For lanes of four streams, as most are: then a tile of four or eight rows holds one or two steps of a lane. By
/// themselves the sums wait for the second-level cache, from which they read the gradient again.
struct SummingEpilogue: Epilogue {
  private let product: LinearEpilogue
  private let sums: LaneNormGradients.Work
  private let steps: Int

  /// - product: writes what `sums` has as its dy.
  init(_ product: LinearEpilogue, _ sums: LaneNormGradients) {
    precondition(UnsafePointer(product.c) == sums.work.dy, "sums of another matrix")
    self.product = product
    self.sums = sums.work
    steps = sums.lanes.steps
  }

  var panelStride: Int { product.panelStride }

  @inline(__always) func start<Block: ColumnBlock>(_ column: Int) -> Block { product.start(column) }
  @inline(__always) func place(row: Int, column: Int) -> UnsafeMutablePointer<Float> {
    product.place(row: row, column: column)
  }
  @inline(__always) func finish<Tile: RowTile>(_ tile: Tile, row: Int, column: Int) {
    guard Tile.rows % 4 == 0 else { preconditionFailure("a tile of a part of a lane") }
    var (lane, step) = (row / 4).quotientAndRemainder(dividingBy: steps)
    var sum = LaneNormGradients.Sums<Tile.Block>(of: sums, step: step, channel: column)
    tile.forEachRow { below, gradient in
      let place = place(row: row &+ below, column: column)
      gradient.store(place, panelStride)
      sum.add(gradient, state: Tile.Block.load(sums.h + (place - product.c), panelStride))
      guard below % 4 == 3 else { return }
      sum.store(to: sums, lane: lane)
      step &+= 1
      if step == steps { (lane, step) = (lane &+ 1, 0) }
      if below &+ 1 < Tile.rows { sum = LaneNormGradients.Sums(of: sums, step: step, channel: column) }
    }
  }
}

extension LaneNormGradients {
  /// Whether a product's tiles hold whole pieces: the rows of a lane at one step.
  @inline(__always)
  func areOfTiles(_ shape: TileShape) -> Bool {
    TileShape.isWide && shape == .native && lanes.rows.allSatisfy { $0.count == 4 }
  }
}
