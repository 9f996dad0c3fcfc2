public import Memory

/// Mean and sum of squared deviations of each lane in each step: `moments` (lanes, 2 · steps · width), rows `stride`
/// apart, overwritten. See `recurrentForward`, which takes them of its tiles.
@safe
public struct LaneMoments: Sendable {
  private let lanes: LaneRows
  private let moments: BufferView<Float>
  private let stride, width: Int

  /// Takes memory for the moments of those lanes.
  public init(_ lanes: LaneRows, width: Int, into moments: BufferView<Float>, stride: Int) {
    precondition(moments.count >= (lanes.rows.count - 1) * stride + 2 * lanes.steps * width, "a row for each lane")
    self.lanes = lanes
    self.moments = moments
    self.stride = stride
    self.width = width
  }

  /// Takes those of h, `lanes.steps` matrices (rowsPerStep, width).
  ///
  /// Bound by its loads, two for each vector: 2.3 cycles on Zen 4 with all in the first-level cache, else 3.1.
  public func take(_ h: BufferView<Float>, rowsPerStep: Int) {
    let count = lanes.steps * width
    precondition(h.count == rowsPerStep * count, "activations of the wrong size")
    for (lane, rows) in lanes.rows.enumerated() {
      // Panels follow one another over all steps.
      var column = UnsafePointer(h.base + rows.lowerBound * 16)
      var output = moments.base + lane * stride
      for _ in 0..<(count / 16) {
        // Of a lane's usual four streams the loops over rows are straight code.
        let (mean, squares) =
          rows.count == 4 ? panelMoments(column, rows: 4) : panelMoments(column, rows: rows.count)
        store16(output, mean)
        store16(output + count, squares)
        column += rowsPerStep &* 16
        output += 16
      }
    }
  }

  /// Whether the tiles of a product with so many columns hold whole lanes, with nothing between them, and padding as
  /// well: then `Tiles` takes them.
  @inline(__always)
  func areOfTiles(_ shape: TileShape, columns: Int, steps: Int) -> Bool {
    shape.coversWidePanels(columns: columns) && lanes.steps == steps && lanes.rows.first?.lowerBound == 0
      && lanes.rows.allSatisfy { $0.count == 4 }
  }

  /// Takes those of one step from finished tiles.
  struct Tiles {
    private var moments: UnsafeMutablePointer<Float>
    private let stride, count: Int

    init(_ moments: LaneMoments, step: Int) {
      self.moments = moments.moments.base + step * moments.width
      stride = moments.stride
      count = moments.lanes.steps * moments.width
    }

    /// Goes to the block of columns from `column` on.
    @inline(__always)
    mutating func begin(column: Int) { moments += column }

    /// - tile: rows of lanes of four streams, from the start of a lane on.
    @inline(__always)
    func take<Tile: RowTile>(_ tile: Tile, row: Int) {
      typealias Block = Tile.Block
      guard Tile.rows == 4 || Tile.rows == 8 else { preconditionFailure("a tile of a part of a lane") }
      var sums = (Block(repeating: 0), Block(repeating: 0))
      tile.forEachRow { below, state in
        if below < 4 { sums.0.add(state) } else { sums.1.add(state) }
      }
      let share = Block(repeating: 1 / 4)
      let means = (sums.0.multiplied(by: share), sums.1.multiplied(by: share))
      var squares = (Block(repeating: 0), Block(repeating: 0))
      tile.forEachRow { below, state in
        var deviation = state
        deviation.subtract(below < 4 ? means.0 : means.1)
        if below < 4 {
          squares.0.accumulate(deviation, by: deviation)
        } else {
          squares.1.accumulate(deviation, by: deviation)
        }
      }
      let place = moments + row / 4 &* stride
      means.0.store(place, 16)
      squares.0.store(place + count, 16)
      guard Tile.rows == 8 else { return }
      means.1.store(place + stride, 16)
      squares.1.store(place + (stride &+ count), 16)
    }
  }
}

/// Mean and sum of squared deviations of some rows of a panel.
@inline(__always)
private func panelMoments(_ column: UnsafePointer<Float>, rows: Int) -> (mean: SIMD16<Float>, squares: SIMD16<Float>) {
  var sum = SIMD16<Float>(repeating: 0)
  for row in 0..<rows { sum += load16(column + row &* 16) }
  let mean = sum * SIMD16(repeating: 1 / Float(rows))
  var squares = SIMD16<Float>(repeating: 0)
  for row in 0..<rows {
    let deviation = load16(column + row &* 16) - mean
    squares = squares.addingProduct(deviation, deviation)
  }
  return (mean, squares)
}
