/// What sums up products of column blocks with scalars.
protocol AccumulatingTile {
  associatedtype Block: ColumnBlock
  /// row i += block · scalars[i · stride]
  mutating func accumulate(_ block: Block, _ scalars: UnsafePointer<Float>, _ stride: Int)
}

/// A few rows of one column block: the accumulators of a matrix product, each in a variable of its own so that the
/// compiler keeps all of them in registers.
protocol RowTile: AccumulatingTile {
  static var rows: Int { get }
  init(repeating block: Block)
  /// The rows that `row` gives by their number.
  init(_ row: (Int) -> Block)
  /// Calls `body` with each row's number and block, from the top.
  func forEachRow(_ body: (Int, Block) -> Void)
  /// What `body` makes of each row.
  func map(_ body: (Block) -> Block) -> Self
  /// Adds the tile stored at `pointer`, rows 16 apart.
  mutating func add(_ pointer: UnsafePointer<Float>, _ panelStride: Int)
  /// Adds another tile.
  mutating func add(_ other: Self)
}

extension RowTile {
  /// Stores the rows 16 apart from `pointer` on.
  @inline(__always)
  func store(_ pointer: UnsafeMutablePointer<Float>, _ panelStride: Int) {
    forEachRow { row, block in block.store(pointer + row * 16, panelStride) }
  }
}

struct OneRow<Block: ColumnBlock>: RowTile {
  var r0: Block
  static var rows: Int { 1 }
  @inline(__always) init(repeating block: Block) { r0 = block }
  @inline(__always) init(_ row: (Int) -> Block) { r0 = row(0) }
  @inline(__always) mutating func accumulate(_ block: Block, _ scalars: UnsafePointer<Float>, _ stride: Int) {
    r0.accumulate(block, scalars[0])
  }
  @inline(__always) func forEachRow(_ body: (Int, Block) -> Void) { body(0, r0) }
  @inline(__always) func map(_ body: (Block) -> Block) -> Self { Self { _ in body(r0) } }
  @inline(__always) mutating func add(_ pointer: UnsafePointer<Float>, _ panelStride: Int) {
    r0.add(Block.load(pointer, panelStride))
  }
  @inline(__always) mutating func add(_ other: Self) { r0.add(other.r0) }
}

/// Two tiles, one above the other.
struct Stacked<Upper: RowTile, Lower: RowTile>: RowTile where Upper.Block == Lower.Block {
  typealias Block = Upper.Block
  var upper: Upper
  var lower: Lower
  static var rows: Int { Upper.rows + Lower.rows }
  @inline(__always) init(repeating block: Block) { upper = Upper(repeating: block); lower = Lower(repeating: block) }
  @inline(__always) init(_ row: (Int) -> Block) {
    upper = Upper(row)
    lower = Lower { row($0 + Upper.rows) }
  }
  @inline(__always) mutating func accumulate(_ block: Block, _ scalars: UnsafePointer<Float>, _ stride: Int) {
    upper.accumulate(block, scalars, stride)
    lower.accumulate(block, scalars + Upper.rows * stride, stride)
  }
  @inline(__always) func forEachRow(_ body: (Int, Block) -> Void) {
    upper.forEachRow(body)
    lower.forEachRow { row, block in body(row + Upper.rows, block) }
  }
  @inline(__always) func map(_ body: (Block) -> Block) -> Self {
    var result = self
    result.upper = upper.map(body)
    result.lower = lower.map(body)
    return result
  }
  @inline(__always) mutating func add(_ pointer: UnsafePointer<Float>, _ panelStride: Int) {
    upper.add(pointer, panelStride)
    lower.add(pointer + Upper.rows * 16, panelStride)
  }
  @inline(__always) mutating func add(_ other: Self) {
    upper.add(other.upper)
    lower.add(other.lower)
  }
}

typealias TwoRows<Block: ColumnBlock> = Stacked<OneRow<Block>, OneRow<Block>>
typealias ThreeRows<Block: ColumnBlock> = Stacked<TwoRows<Block>, OneRow<Block>>
typealias FourRows<Block: ColumnBlock> = Stacked<TwoRows<Block>, TwoRows<Block>>
typealias FiveRows<Quad: RowTile> = Stacked<Quad, OneRow<Quad.Block>>
typealias SixRows<Quad: RowTile> = Stacked<Quad, TwoRows<Quad.Block>>
typealias EightRows<Quad: RowTile> = Stacked<Quad, Quad>
