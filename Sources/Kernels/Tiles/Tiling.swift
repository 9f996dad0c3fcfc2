/// Work on a matrix that is done tile by tile.
protocol TileJob {
  /// Goes to the block of `width` columns from `column` on, and finds what all its tiles have in common. Each block has
  /// a copy of the job, which goes there once.
  mutating func begin(column: Int, width: Int)
  /// Does the tile of that block whose first row is `row`.
  func run<Tile: RowTile>(_ tile: Tile.Type, row: Int)
}

/// Covers `rows` × `columns` with tiles, column block by column block and each from the top.
@inline(__always)
func forEachTile<Job: TileJob>(rows: Int, columns: Int, shape: TileShape, _ job: Job) {
  let halves = (columns + 7) / 8
  var half = 0
  while half < halves {
    let width = shape.halves(rows: rows, half: half, left: halves - half)
    switch width {
    #if BUILT_FOR_AVX512
      case 2: coverColumns(FourRows<OnePanel>.self, rows: rows, column: half * 8, shape, job)
      case 4: coverColumns(FourRows<TwoPanels>.self, rows: rows, column: half * 8, shape, job)
      case 5: coverColumns(FourRowsOfForty.self, rows: rows, column: half * 8, shape, job)
      default: coverColumns(FourRows<ThreePanels>.self, rows: rows, column: half * 8, shape, job)
    #else
      case 1: coverColumns(FourRows<HalfPanel>.self, rows: rows, column: half * 8, shape, job)
      case 2: coverColumns(FourRows<OnePanel>.self, rows: rows, column: half * 8, shape, job)
      default:
        if half % 2 == 0 {
          coverColumns(FourRows<PanelAndHalf>.self, rows: rows, column: half * 8, shape, job)
        } else {
          coverColumns(FourRows<HalfAndPanel>.self, rows: rows, column: half * 8, shape, job)
        }
    #endif
    }
    half += width
  }
}

/// - tile: four rows of the block, of which taller tiles are made.
@inline(never)
private func coverColumns<Quad: RowTile, Job: TileJob>(
  _ tile: Quad.Type, rows: Int, column: Int, _ shape: TileShape, _ job: Job
) {
  let width = Quad.Block.width
  var job = job
  job.begin(column: column, width: width)
  var row = 0
  while row < rows {
    let count = shape.rows(rows - row, halves: width / 8)
    switch count {
    case 1: job.run(OneRow<Quad.Block>.self, row: row)
    case 2: job.run(TwoRows<Quad.Block>.self, row: row)
    case 3: coverRows(ThreeRows<Quad.Block>.self, row: row, job)
    case 4: job.run(Quad.self, row: row)
    case 5: coverRows(FiveRows<Quad>.self, row: row, job)
    case 6: coverRows(SixRows<Quad>.self, row: row, job)
    default: coverRows(EightRows<Quad>.self, row: row, job)
    }
    row += count
  }
}

/// Does a tile of a height that `TileShape` doesn't give to every width: where it doesn't, nothing is compiled.
@inline(__always)
private func coverRows<Tile: RowTile, Job: TileJob>(_ tile: Tile.Type, row: Int, _ job: Job) {
  guard TileShape.has(rows: Tile.rows, halves: Tile.Block.width / 8) else {
    preconditionFailure("a tile that no shape has")
  }
  job.run(tile, row: row)
}
