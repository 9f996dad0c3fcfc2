/// The recurrence h_t = relu(a_t·w + b), a_{t+1} = h_t + e[x_{t+1}] over some steps.
///
/// - a: `steps` matrices (rows, hidden) one after the other, the first given, the others overwritten.
/// - h: as many, overwritten.
/// - w, bias: hidden to hidden, (hidden, hidden) with the input in rows, and (hidden).
/// - embedding: (vocabulary, hidden padded to 16), row by row.
/// - tokens: x_t of row r at `t·tokenStride + r`.
public func recurrentForward(
  _ a: Window<Float>, into h: Window<Float>, rows: Int, steps: Int, _ w: Panels, bias: Window<Float>,
  embedding: Window<Float>, tokens: Window<Int32>, tokenStride: Int, shape: TileShape = .native
) {
  let size = Panels.count(rows: rows, columns: w.columns)
  precondition(a.count == steps * size && h.count == a.count, "activations of the wrong size")
  precondition(tokens.count >= (steps - 1) * tokenStride + rows && bias.count >= w.panels * 16, "wrong size")
  for t in 0..<steps {
    let continues = t + 1 < steps
    multiply(
      ProductOperands(a: UnsafePointer(a.base + t &* size), rows: rows, depth: w.rows, w), shape: shape,
      RecurrentEpilogue(
        bias: UnsafePointer(bias.base), h: h.base + t &* size, next: continues ? a.base + (t &+ 1) &* size : nil,
        panelStride: rows &* 16, embedding: UnsafePointer(embedding.base), width: w.panels &* 16,
        tokens: UnsafePointer(tokens.base + (continues ? (t &+ 1) &* tokenStride : 0))))
  }
}

private struct RecurrentEpilogue: Epilogue {
  let bias: UnsafePointer<Float>
  let h: UnsafeMutablePointer<Float>
  let next: UnsafeMutablePointer<Float>?
  let panelStride: Int
  let embedding: UnsafePointer<Float>
  let width: Int
  let tokens: UnsafePointer<Int32>

  @inline(__always) func start<Block: ColumnBlock>(_ column: Int) -> Block { Block.load(bias + column, 16) }
  @inline(__always) func finish<Block: ColumnBlock>(_ block: Block, row: Int, column: Int) {
    var state = block.rectified()
    let place = columnOffset(column, panelStride) &+ row &* 16
    state.store(h + place, panelStride)
    if let next {
      state.add(Block.load(embedding + Int(tokens[row]) &* width + column, 16))
      state.store(next + place, panelStride)
    }
  }
  @inline(__always) func place(row: Int, column: Int) -> UnsafeMutablePointer<Float> {
    h + (columnOffset(column, panelStride) &+ row &* 16)
  }
}

/// a = h + e[token]: the input of the first step. `a`, (rows, hidden), is overwritten; its first row belongs to row `first` of
/// `h`, (all rows, hidden); embedding as in `recurrentForward`; a token for each row of `a`.
public func addEmbedding(
  _ h: Panels, first: Int = 0, embedding: Window<Float>, tokens: Window<Int32>, into a: Panels
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

/// One step of the recurrence backward: da = dz·wᵀ, and the previous step's dz' = da + dh' where h' > 0, else 0.
///
/// - dz: (rows, hidden) gradient at this step's sum before the ReLU.
/// - transposed: wᵀ, (hidden, hidden).
/// - da: (rows, hidden), overwritten: the gradient of this step's input, hence of its token's embedding.
/// - previous: nil at the first step; else h' of the step before and dh', the gradient that reaches h' from its own outputs, in
///   whose place dz' comes; (rows, hidden) each.
public func recurrentBackward(
  _ dz: Panels, _ transposed: Panels, into da: Panels, previous: (h: Panels, dh: Panels)?, shape: TileShape = .native
) {
  multiply(
    ProductOperands(dz, transposed), shape: shape,
    RecurrentBackwardEpilogue(
      da: da.base, panelStride: da.panelStride,
      previous: previous.map { (UnsafePointer($0.h.base), $0.dh.base) }))
}

private struct RecurrentBackwardEpilogue: Epilogue {
  let da: UnsafeMutablePointer<Float>
  let panelStride: Int
  let previous: (h: UnsafePointer<Float>, dh: UnsafeMutablePointer<Float>)?

  @inline(__always) func start<Block: ColumnBlock>(_ column: Int) -> Block { Block(repeating: 0) }
  @inline(__always) func finish<Block: ColumnBlock>(_ block: Block, row: Int, column: Int) {
    let place = columnOffset(column, panelStride) &+ row &* 16
    block.store(da + place, panelStride)
    if let (h, dh) = previous {
      var sum = block
      sum.add(Block.load(dh + place, panelStride))
      sum.gated(by: Block.load(h + place, panelStride)).store(dh + place, panelStride)
    }
  }
  @inline(__always) func place(row: Int, column: Int) -> UnsafeMutablePointer<Float> {
    da + (columnOffset(column, panelStride) &+ row &* 16)
  }
}

/// dh = dh where h > 0, else 0, in place: the gradient before the ReLU from that behind it. Both of one size.
public func rectifierBackward(_ dh: Window<Float>, _ h: Window<Float>) {
  precondition(dh.count == h.count && h.count % 16 == 0, "activations of different size")
  for place in stride(from: 0, to: h.count, by: 16) {
    let gate = OnePanel(load16(UnsafePointer(h.base + place)))
    store16(dh.base + place, OnePanel(load16(UnsafePointer(dh.base + place))).gated(by: gate).values)
  }
}
