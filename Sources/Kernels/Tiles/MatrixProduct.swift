internal import Memory

/// What a product starts each row of a column block from, and does with a finished tile.
protocol Epilogue {
  /// Goes to the block of columns from `column` on, which the other functions are about: once, as its job does.
  mutating func begin(column: Int)
  /// The value that the block's chains start from.
  func start<Block: ColumnBlock>() -> Block
  /// Takes the block's finished tile whose first row is `row`.
  func finish<Tile: RowTile>(_ tile: Tile, row: Int)
  /// Where the block's chains of a row may be kept until they go on: memory that `finish` overwrites.
  func place(row: Int) -> UnsafeMutablePointer<Float>
  /// Elements between the panels there.
  var panelStride: Int { get }
  /// Whether the chains start from what is stored at `place`, and not from `start`.
  var addsToStored: Bool { get }
}

extension Epilogue {
  @inline(__always) var addsToStored: Bool { false }
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
    self.init(a: a.base, panelStride: a.panelStride, rows: a.rows, depth: a.columns, w)
  }

  /// - a: the first element of A, (rows, depth), whose panels are `panelStride` apart.
  @inline(__always)
  init(a: UnsafePointer<Float>, panelStride: Int, rows: Int, depth: Int, _ w: Panels) {
    precondition(depth == w.rows, "product of matrices that don't fit")
    self.a = a
    aPanelStride = panelStride
    self.w = UnsafePointer(w.base)
    wPanelStride = w.panelStride
    self.rows = rows
    self.depth = depth
    columns = w.columns
  }

  /// Rows and depth that are done at once.
  var cut: (rows: Int, depth: Int) { CacheSizes.ofThisMachine.cut(depth: depth) }

  /// Whether it is done at once on every machine: then nobody asks for the caches' sizes, which a step of a small model
  /// would notice.
  @inline(__always)
  var isWhole: Bool { depth <= CacheSizes.smallest.blockDepth && rows <= 48 }

  /// Whether W is so large a part of the second-level cache that its blocks come from beyond, since other weights have
  /// been there.
  var comesFromAfar: Bool {
    !isWhole && 4 &* depth &* columns > CacheSizes.ofThisMachine.second / 8
  }
}

/// A·W with an epilogue, tile by tile.
///
/// Where A or W is larger than a cache, the product is done in cuts: rows and depth of A such that a cut of it stays in
/// the second-level cache while all of W's columns pass, and a tile's block of W in a cache as well. A chain that a cut
/// of the depth breaks off goes on from the number it had come to, so cuts change speed only. While a block of columns
/// is worked on, the next is fetched: for a W that lies in the third-level cache, 64 rows of A would else wait a
/// seventh of the time (64 × 1152 × 4608 on an Emerald Rapids Xeon).
///
/// - side: what is done between the multiply-adds.
@inline(__always)
func multiply<E: Epilogue, Side: SideWork>(
  _ operands: ProductOperands, shape: TileShape, _ epilogue: E, beside side: Side = NoSideWork()
) {
  let (rows, depth) = operands.isWhole ? (operands.rows, operands.depth) : operands.cut
  let fetches = operands.comesFromAfar
  if rows >= operands.rows && depth >= operands.depth {
    multiplyCut(operands, rows: 0..<operands.rows, depth: 0..<operands.depth, fetches, shape: shape, epilogue, side)
    return
  }
  for row in stride(from: 0, to: operands.rows, by: rows) {
    for k in stride(from: 0, to: operands.depth, by: depth) {
      multiplyCut(
        operands, rows: row..<min(row &+ rows, operands.rows), depth: k..<min(k &+ depth, operands.depth), fetches,
        shape: shape, epilogue, side)
    }
  }
}

/// The product of some rows and a cut of the depth.
///
/// - fetches: whether each next block of W is fetched.
@inline(__always)
func multiplyCut<E: Epilogue, Side: SideWork>(
  _ operands: ProductOperands, rows: Range<Int>, depth: Range<Int>, _ fetches: Bool, shape: TileShape, _ epilogue: E,
  _ side: Side
) {
  forEachTile(
    rows: rows.count, columns: operands.columns, shape: shape,
    Product(operands, epilogue, side, rows: rows, depth: depth, fetches: fetches))
}

private struct Product<E: Epilogue, Side: SideWork>: TileJob {
  let side: Side
  let rows, depth: Range<Int>
  let aPanelStride, wPanelStride: Int
  /// Whether this cut of the depth is the first one, and the last one.
  let isFirst, isLast: Bool
  private let operands: ProductOperands
  private let fetchesAll: Bool
  private var epilogue: E
  /// A's first row of this cut, and W's block.
  private var a: UnsafePointer<Float>
  private(set) var w: UnsafePointer<Float>
  /// W's next block, if that is fetched.
  private(set) var next: UnsafePointer<Float>?

  @inline(__always)
  init(
    _ operands: ProductOperands, _ epilogue: E, _ side: Side, rows: Range<Int>, depth: Range<Int>, fetches: Bool
  ) {
    self.operands = operands
    self.epilogue = epilogue
    self.side = side
    self.rows = rows
    self.depth = depth
    fetchesAll = fetches
    (aPanelStride, wPanelStride) = (operands.aPanelStride, operands.wPanelStride)
    (isFirst, isLast) = (depth.lowerBound == 0, depth.upperBound == operands.depth)
    // Cuts of the depth are whole panels.
    a = operands.a + ((depth.lowerBound &>> 4) &* operands.aPanelStride &+ rows.lowerBound &* 16)
    w = operands.w
  }

  @inline(__always)
  mutating func begin(column: Int, width: Int) {
    epilogue.begin(column: column)
    let first = operands.w + depth.lowerBound &* 16
    w = first + columnOffset(column, wPanelStride)
    next =
      fetchesAll && column &+ width < operands.columns ? first + columnOffset(column &+ width, wPanelStride) : nil
  }

  @inline(__always)
  func run<Tile: RowTile>(_: Tile.Type, row rowOfCut: Int) {
    let row = rows.lowerBound &+ rowOfCut
    side.begin(rows: row &+ Tile.rows)
    var tile =
      isFirst && !epilogue.addsToStored
      ? Tile(repeating: epilogue.start())
      : Tile { Tile.Block.load(epilogue.place(row: row &+ $0), epilogue.panelStride) }
    var (a, w) = (a + rowOfCut &* 16, w)
    let count = depth.upperBound &- depth.lowerBound
    var left = count
    var next = NextBlock<Tile>(of: self, row: rowOfCut)
    let run = Side.isAny ? 8 : 16
    while left >= run {
      // Counted by pointers: LLVM unrolls this loop; before it, the compiler of Swift would, at thrice the compile
      // time.
      let end = w + run &* 16
      while w != end {
        tile.accumulate(Tile.Block.load(w, wPanelStride), a, 16)
        a += 1
        w += 16
      }
      left &-= run
      if (count &- left) % 16 == 0 { a += aPanelStride &- 16 }
      if next.rows > 0 { next.fetch() }
      side.advance()
    }
    while left > 0 {
      tile.accumulate(Tile.Block.load(w, wPanelStride), a, 16)
      a += 1
      w += 16
      left &-= 1
    }
    if isLast {
      epilogue.finish(tile, row: row)
    } else {
      tile.forEachRow { $1.store(epilogue.place(row: row &+ $0), epilogue.panelStride) }
    }
  }
}

/// A tile's share of the next block of columns of W, which is fetched a few rows at a time.
private struct NextBlock<Tile: RowTile> {
  private var place: UnsafePointer<Float>
  private let panelStride: Int
  /// Rows that are fetched at once; 0 for none.
  let rows: Int

  @inline(__always)
  init<E: Epilogue, Side: SideWork>(of product: Product<E, Side>, row: Int) {
    panelStride = product.wPanelStride
    guard let next = product.next else {
      (rows, place) = (0, product.w)
      return
    }
    rows = (16 &* Tile.rows &+ product.rows.count &- 1) / product.rows.count
    place = next + row / Tile.rows &* rows &* (product.depth.count / 16) &* 16
  }

  @inline(__always)
  mutating func fetch() {
    for _ in 0..<rows {
      for panel in 0..<((Tile.Block.width + 15) / 16) { prefetch(place + panel &* panelStride) }
      place += 16
    }
  }
}

extension CacheSizes {
  /// Rows of a block of a right matrix, 16 columns wide, in half of the first-level cache: whole panels.
  @inline(__always)
  var blockDepth: Int { first / 2 / (16 * MemoryLayout<Float>.stride) / 16 * 16 }

  /// The cuts of a product A·W of that depth: their rows of A, and their depth, whole panels where there are several,
  /// which are about as deep as each other.
  ///
  /// Narrow tiles need a block of W in the first-level cache, and a quarter of the second is left to a cut of A. Wide
  /// ones are slow enough to read W from the second, half of which a cut of A takes; a block of 48 columns takes three
  /// sixteenths, and the next that is fetched as much. On Zen 5 products of depth 1,024 take 0.94 of the time that they
  /// took in cuts of 384, those of depth 10,000 0.98.
  func cut(depth: Int) -> (rows: Int, depth: Int) {
    let most = TileShape.isWide ? second / 1024 / 16 &* 16 : blockDepth
    let cuts = (depth &+ most &- 1) / most
    let even = cuts > 1 ? ((depth &+ cuts &- 1) / cuts &+ 15) / 16 &* 16 : depth
    let share = second / (TileShape.isWide ? 2 : 4)
    return (max(48, share / 4 / max(even, 1) / 48 &* 48), even)
  }
}
