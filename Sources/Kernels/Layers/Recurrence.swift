public import Memory

/// The recurrence h_t = relu(a_t·w + b), a_{t+1} = h_t + e[x_{t+1}] over some steps.
///
/// - a: `steps` matrices (rows, hidden) one after the other, the first given, the others overwritten.
/// - h: as many, overwritten.
/// - w, bias: hidden to hidden, (hidden, hidden) with the input in rows, and (hidden).
/// - embedding: (vocabulary, hidden padded to 16), row by row.
/// - tokens: x_t of row r at `t·tokenStride + r`.
/// - moments: of h; taken from the tiles, where these hold whole lanes.
///
/// Bound by the multiply-adds: each step is a product whose right matrix stays in the first-level cache.
public func recurrentForward(
  _ a: BufferView<Float>, into h: BufferView<Float>, rows: Int, steps: Int, _ w: Panels, bias: BufferView<Float>,
  embedding: BufferView<Float>, tokens: BufferView<Int32>, tokenStride: Int, moments: LaneMoments? = nil,
  shape: TileShape = .native
) {
  let size = Panels.count(rows: rows, columns: w.columns)
  precondition(a.count == steps * size && h.count == a.count, "activations of the wrong size")
  precondition(tokens.count >= (steps - 1) * tokenStride + rows && bias.count >= w.panels * 16, "wrong size")
  let areOfTiles = moments?.areOfTiles(shape, columns: w.columns, steps: steps) == true
  for t in 0..<steps {
    let continues = t + 1 < steps
    multiplyOverlapping(
      ProductOperands(a: UnsafePointer(a.base + t &* size), panelStride: rows &* 16, rows: rows, depth: w.rows, w),
      shape: shape,
      RecurrentEpilogue(
        bias: UnsafePointer(bias.base), h: h.base + t &* size, next: continues ? a.base + (t &+ 1) &* size : nil,
        panelStride: rows &* 16, embedding: UnsafePointer(embedding.base), width: w.panels &* 16,
        tokens: UnsafePointer(tokens.base + (continues ? (t &+ 1) &* tokenStride : 0)),
        moments: areOfTiles ? moments.map { LaneMoments.Tiles($0, step: t) } : nil))
  }
  if !areOfTiles { moments?.take(h, rowsPerStep: rows) }
}

private struct RecurrentEpilogue: LaneEpilogue {
  private(set) var bias: UnsafePointer<Float>
  private(set) var h: UnsafeMutablePointer<Float>
  private(set) var next: UnsafeMutablePointer<Float>?
  let panelStride: Int
  private(set) var embedding: UnsafePointer<Float>
  let width: Int
  let tokens: UnsafePointer<Int32>
  private(set) var moments: LaneMoments.Tiles?

  @inline(__always) mutating func begin(column: Int) {
    bias += column
    h += columnOffset(column, panelStride)
    next = next.map { $0 + columnOffset(column, panelStride) }
    embedding += column
    moments?.begin(column: column)
  }
  @inline(__always) func start<Block: ColumnBlock>() -> Block { Block.load(bias, 16) }
  @inline(__always) func finishRows<Tile: RowTile>(_ tile: Tile, row: Int) -> Tile {
    let states = tile.map { $0.rectified() }
    states.store(place(row: row), panelStride)
    if let next {
      let (next, tokens) = (next + row &* 16, tokens + row)
      states.forEachRow { below, state in
        var input = state
        input.add(Tile.Block.load(embedding + Int(tokens[below]) &* width, 16))
        input.store(next + below &* 16, panelStride)
      }
    }
    return states
  }
  @inline(__always) func finishLanes<Tile: RowTile>(_ states: Tile, row: Int) { moments?.take(states, row: row) }
  @inline(__always) func place(row: Int) -> UnsafeMutablePointer<Float> { h + row &* 16 }
}

/// a = h + e[token]: the input of the first step. `a`, (rows, hidden), is overwritten; its first row belongs to row
/// `first` of `h`, (all rows, hidden); embedding as in `recurrentForward`; a token for each row of `a`.
public func addEmbedding(
  _ h: Panels, first: Int = 0, embedding: BufferView<Float>, tokens: BufferView<Int32>, into a: Panels
) {
  precondition(first >= 0 && first + a.rows <= h.rows && tokens.count == a.rows, "one token for each row")
  precondition(a.columns == h.columns, "activations of different width")
  let width = h.panels * 16
  for panel in 0..<h.panels {
    let source = UnsafePointer(h.base + panel * h.panelStride + first * 16)
    for row in 0..<a.rows {
      let vector = load16(UnsafePointer(embedding.base + Int(tokens.base[row]) * width + panel * 16))
      store16(a.base + panel * a.panelStride + row * 16, load16(source + row * 16) + vector)
    }
  }
}

/// Overwrites the rows of `target` from `first` on with those of `source`; both of as many columns.
public func copyRows(_ source: Panels, into target: Panels, first: Int) {
  precondition(first >= 0 && first + source.rows <= target.rows && source.columns == target.columns, "wrong size")
  for panel in 0..<source.panels {
    (target.base + panel * target.panelStride + first * 16).update(
      from: source.base + panel * source.panelStride, count: source.rows * 16)
  }
}

/// Overwrites `target` with the rows of `source` from `first` on; both of as many columns.
public func copyRows(_ source: Panels, first: Int, into target: Panels) {
  precondition(first >= 0 && first + target.rows <= source.rows && source.columns == target.columns, "wrong size")
  for panel in 0..<source.panels {
    (target.base + panel * target.panelStride).update(
      from: source.base + panel * source.panelStride + first * 16, count: target.rows * 16)
  }
}

/// The recurrence backward, from the last of some steps to the first:
///
///     da_t = dz_t·wᵀ;  dz_{t−1} = dh_{t−1} + da_t where h_{t−1} > 0, else 0
///     dh_t = offset_t + dy_t·scale_t + h_t·slope_t
///
/// with dz of the last step from its dh alone. da_t is the gradient of this step's input, hence of its token's
/// embedding.
///
/// - dy: `steps` matrices (rows, hidden) one after the other, the gradient at BatchNorm's output, overwritten by dz.
/// - h: as many. backwardCoefficients: of as many steps.
/// - transposed: wᵀ, (hidden, hidden).
/// - embedding: what da is added to. The rows of its lane `first + i` are `lanes[i]`; the token of row r at step t
///   stands at `t·tokenStride + r`.
/// - scratch: (rows, hidden), overwritten.
///
/// Bound by the multiply-adds; what is added to the embedding and read for dz goes between them.
public func recurrentBackward(
  _ dy: BufferView<Float>, h: BufferView<Float>, rows: Int, steps: Int, _ transposed: Panels,
  through backwardCoefficients: NormBackwardCoefficients,
  addingTo embedding: EmbeddingSums, lanes: [Range<Int>], first: Int, tokens: BufferView<Int32>, tokenStride: Int,
  scratch: BufferView<Float>, shape: TileShape = .native
) {
  let width = transposed.panels * 16
  let size = rows * width
  precondition(
    dy.count == steps * size && h.count == dy.count && scratch.count >= size, "activations of the wrong size")
  precondition(
    backwardCoefficients.scale.count == steps * width && tokens.count >= (steps - 1) * tokenStride + rows, "wrong size")
  let last = ((steps - 1) * size)..<(steps * size)
  normaliseBackward(dy[last], h[last], rowsPerStep: rows, backwardCoefficients.step(steps - 1, of: steps))
  for t in (0..<steps).reversed() {
    let previous =
      t > 0
      ? BackwardStep(
        dy: dy.base + (t &- 1) &* size, h: h.base + (t &- 1) &* size, backwardCoefficients.step(t - 1, of: steps)) : nil
    multiplyOverlapping(
      ProductOperands(
        a: UnsafePointer(dy.base + t &* size), panelStride: rows &* 16, rows: rows, depth: transposed.rows, transposed),
      shape: shape,
      RecurrentBackwardEpilogue(
        targets: embedding.targets(
          tokens: tokens[(t * tokenStride)..<(t * tokenStride + rows)], rows: lanes, first: first),
        previous: previous, scratch: scratch.base, panelStride: rows &* 16))
  }
}

/// One step's activations and the backward coefficients of its BatchNorm.
private struct BackwardStep {
  private(set) var dy: UnsafeMutablePointer<Float>
  private(set) var h: UnsafePointer<Float>
  private(set) var scale, slope, offset: UnsafePointer<Float>

  init(dy: UnsafeMutablePointer<Float>, h: UnsafePointer<Float>, _ backwardCoefficients: NormBackwardCoefficients) {
    self.dy = dy
    self.h = h
    scale = UnsafePointer(backwardCoefficients.scale.base)
    slope = UnsafePointer(backwardCoefficients.slope.base)
    offset = UnsafePointer(backwardCoefficients.offset.base)
  }

  @inline(__always) mutating func begin(column: Int, panelStride: Int) {
    dy += columnOffset(column, panelStride)
    h += columnOffset(column, panelStride)
    scale += column
    slope += column
    offset += column
  }
}

private struct RecurrentBackwardEpilogue: LaneEpilogue {
  private(set) var targets: EmbeddingSums.Targets
  private(set) var previous: BackwardStep?
  private(set) var scratch: UnsafeMutablePointer<Float>
  let panelStride: Int

  @inline(__always) mutating func begin(column: Int) {
    targets.sums += column
    previous?.begin(column: column, panelStride: panelStride)
    scratch += columnOffset(column, panelStride)
  }
  @inline(__always) func start<Block: ColumnBlock>() -> Block { Block(repeating: 0) }
  @inline(__always) func finishRows<Tile: RowTile>(_ tile: Tile, row: Int) -> Tile {
    typealias Block = Tile.Block
    let places = targets.places + row
    tile.forEachRow { addToEmbedding($1, places[$0]) }
    guard let previous else { return tile }
    // Read once for all rows: the compiler can't know that what the rows write is none of these.
    let (scale, slope) = (Block.load(previous.scale, 16), Block.load(previous.slope, 16))
    let offset = Block.load(previous.offset, 16)
    let (dy, h) = (previous.dy + row &* 16, previous.h + row &* 16)
    tile.forEachRow { below, block in
      let state = Block.load(h + below &* 16, panelStride)
      var gradient = offset
      gradient.accumulate(Block.load(dy + below &* 16, panelStride), by: scale)
      gradient.accumulate(state, by: slope)
      gradient.add(block)
      gradient.gated(by: state).store(dy + below &* 16, panelStride)
    }
    return tile
  }
  @inline(__always) func finishLanes<Tile: RowTile>(_ tile: Tile, row: Int) {}
  /// Rows come in ascending order, and so do the terms of each sum.
  @inline(__always) private func addToEmbedding<Block: ColumnBlock>(_ block: Block, _ place: Int32) {
    let sums = targets.sums + Int(place) &* targets.width
    var sum = Block.load(sums, 16)
    sum.add(block)
    sum.store(sums, 16)
  }
  @inline(__always) func place(row: Int) -> UnsafeMutablePointer<Float> { scratch + row &* 16 }
}
