/// One step of the recurrence h' = relu(a·w + b) for all rows (streams), and the next step's input h' + e[token].
///
/// - a: (rows, hidden) this step's input, the previous hidden state plus the embedding of this step's token.
/// - w, bias: hidden to hidden, (hidden, hidden) with the input in rows, and (hidden).
/// - h: (rows, hidden), overwritten.
/// - next: (rows, hidden), overwritten with h + the embedding rows of `tokens`; nil at the last step.
/// - embedding: (vocabulary, hidden padded to 16), row by row; tokens: one for each row.
public func recurrentForward(
  _ a: Panels, _ w: Panels, bias: Window<Float>, into h: Panels, next: Panels?, embedding: Window<Float>,
  tokens: Window<Int32>, shape: TileShape = .native
) {
  precondition(h.rows == a.rows && tokens.count == a.rows, "one token and one state for each row")
  precondition(bias.count >= h.panels * 16, "a bias for each unit")
  multiply(
    ProductOperands(a, w), shape: shape,
    RecurrentEpilogue(
      bias: UnsafePointer(bias.base), h: h.base, next: next?.base, panelStride: h.panelStride,
      embedding: UnsafePointer(embedding.base), width: h.panels * 16, tokens: UnsafePointer(tokens.base)))
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
}

/// a = h + e[token]: the input of the first step. Shapes as in `recurrentForward`; `a` is overwritten.
public func addEmbedding(_ h: Panels, embedding: Window<Float>, tokens: Window<Int32>, into a: Panels) {
  precondition(h.rows == a.rows && tokens.count == a.rows, "one token for each row")
  let width = h.panels * 16
  for panel in 0..<h.panels {
    for row in 0..<h.rows {
      let place = panel * h.panelStride + row * 16
      let vector = load16(UnsafePointer(embedding.base + Int(tokens.base[row]) * width + panel * 16))
      store16(a.base + place, load16(UnsafePointer(h.base + place)) + vector)
    }
  }
}

/// One step of the recurrence backward: da = dz·wᵀ, and the previous step's dz' = da + dh' where h' > 0, else 0.
///
/// - dz: (rows, hidden) gradient at this step's sum before the ReLU.
/// - transposed: wᵀ, (hidden, hidden).
/// - da: (rows, hidden), overwritten: the gradient of this step's input, hence of its token's embedding.
/// - previous: nil at the first step; else h' and dh' of the step before, (rows, hidden), where dh' is the gradient that
///   reaches h' from its own outputs, and `dz`, overwritten.
public func recurrentBackward(
  _ dz: Panels, _ transposed: Panels, into da: Panels, previous: (h: Panels, dh: Panels, dz: Panels)?,
  shape: TileShape = .native
) {
  multiply(
    ProductOperands(dz, transposed), shape: shape,
    RecurrentBackwardEpilogue(
      da: da.base, panelStride: da.panelStride,
      previous: previous.map { (UnsafePointer($0.h.base), UnsafePointer($0.dh.base), $0.dz.base) }))
}

private struct RecurrentBackwardEpilogue: Epilogue {
  let da: UnsafeMutablePointer<Float>
  let panelStride: Int
  let previous: (h: UnsafePointer<Float>, dh: UnsafePointer<Float>, dz: UnsafeMutablePointer<Float>)?

  @inline(__always) func start<Block: ColumnBlock>(_ column: Int) -> Block { Block(repeating: 0) }
  @inline(__always) func finish<Block: ColumnBlock>(_ block: Block, row: Int, column: Int) {
    let place = columnOffset(column, panelStride) &+ row &* 16
    block.store(da + place, panelStride)
    if let (h, dh, dz) = previous {
      var sum = block
      sum.add(Block.load(dh + place, panelStride))
      sum.gated(by: Block.load(h + place, panelStride)).store(dz + place, panelStride)
    }
  }
}

/// dz = dh where h > 0, else 0: the last step's gradient before the ReLU. All (rows, hidden); `dz` is overwritten.
public func rectifierBackward(_ dh: Panels, _ h: Panels, into dz: Panels) {
  for place in stride(from: 0, to: h.elements.count, by: 16) {
    let gate = OnePanel(load16(UnsafePointer(h.base + place)))
    store16(dz.base + place, OnePanel(load16(UnsafePointer(dh.base + place))).gated(by: gate).values)
  }
}
