/// A product whose result is the gradient at BatchNorm's output: writes it to its places, rows in lane order, and takes
/// the sums of BatchNorm's backward pass from the tiles, while they are in registers.
///
/// For lanes of four streams, as most are: then a tile of four or eight rows holds one or two steps of a lane. By
/// themselves the sums wait for the second-level cache, from which they read the gradient again.
struct SummingEpilogue: LaneEpilogue {
  private var product: LinearEpilogue
  private var sums: LaneNormGradients.Work
  private let places: UnsafePointer<Int32>
  private let steps: Int

  /// - product: writes what `sums` has as its dy.
  init(_ product: LinearEpilogue, _ sums: LaneNormGradients) {
    guard UnsafePointer(product.c) == sums.work.dy, let places = product.places else {
      preconditionFailure("sums of another matrix")
    }
    self.product = product
    self.places = places
    self.sums = sums.work
    steps = sums.lanes.steps
  }

  var panelStride: Int { product.panelStride }

  @inline(__always) mutating func begin(column: Int) {
    product.begin(column: column)
    sums.begin(channel: column)
  }
  @inline(__always) func start<Block: ColumnBlock>() -> Block { product.start() }
  @inline(__always) func place(row: Int) -> UnsafeMutablePointer<Float> { product.place(row: row) }
  @inline(__always) func finishRows<Tile: RowTile>(_ tile: Tile, row first: Int) -> Tile {
    forEachPlace(of: tile, row: first) { gradient, place in gradient.store(product.c + place, panelStride) }
    return tile
  }
  @inline(__always) func finishLanes<Tile: RowTile>(_ tile: Tile, row first: Int) {
    var (lane, step) = (first / 4).quotientAndRemainder(dividingBy: steps)
    var sum = LaneNormGradients.Sums<Tile.Block>(of: sums, step: step)
    var totals = LaneNormGradients.Totals<Tile.Block>(of: sums, lane: lane)
    var below = 0
    forEachPlace(of: tile, row: first) { gradient, place in
      sum.add(gradient, state: Tile.Block.load(sums.h + place, panelStride))
      below &+= 1
      guard below % 4 == 0 else { return }
      sum.store(to: sums, lane: lane, addingTo: &totals)
      step &+= 1
      let isDone = step == steps
      if isDone || below == Tile.rows { totals.store(to: sums, lane: lane) }
      guard below < Tile.rows else { return }
      if isDone { (lane, step) = (lane &+ 1, 0) }
      sum = LaneNormGradients.Sums(of: sums, step: step)
    }
  }
  /// Calls `body` with each row and its place. The rows of a lane at one step lie one after the other: of four, the
  /// first that the tile has is asked for its place.
  @inline(__always) private func forEachPlace<Tile: RowTile>(
    of tile: Tile, row first: Int, _ body: (Tile.Block, Int) -> Void
  ) {
    guard Tile.rows % 4 == 0 || Tile.rows == 2 else { preconditionFailure("a tile of parts of lanes") }
    var place = 0
    tile.forEachRow { below, block in
      if below % 4 == 0 { place = Int(places[first &+ below]) }
      body(block, place &+ below % 4 &* 16)
    }
  }
}

extension LaneNormGradients {
  /// Whether the tiles of a product with so many columns hold whole pieces, the rows of a lane at one step, and padding
  /// as well.
  @inline(__always)
  func areOfTiles(_ shape: TileShape, columns: Int) -> Bool {
    shape.coversWidePanels(columns: columns) && lanes.rows.allSatisfy { $0.count == 4 }
  }
}
