/// Four rows of 40 columns, with the last 8 columns of rows i and i + 2 in one vector: ten accumulators, not twelve.
///
/// For CPUs on which half a vector takes the multiply-adds' units as long as a whole one: all with AVX-512 but Zen 4. A
/// pair of the left matrix's elements is put together by one more instruction, which Zen 5 does in other units: there a
/// tile of 8 × 40 has 0.97 of the peak instead of 0.83. The rows aren't neighbours because LLVM would load two
/// neighbouring elements at once, and part them by three instructions more.
struct FoldedRows: RowTile {
  typealias Block = TwoPanelsAndHalf
  private var r0, r1, r2, r3: TwoPanels
  /// The half panels of rows 0 and 2, and of rows 1 and 3.
  private var evens, odds: OnePanel

  static var rows: Int { 4 }
  @inline(__always) private init(_ b0: Block, _ b1: Block, _ b2: Block, _ b3: Block) {
    (r0, r1, r2, r3) = (b0.left, b1.left, b2.left, b3.left)
    evens = Self.folded(b0.right, b2.right)
    odds = Self.folded(b1.right, b3.right)
  }
  @inline(__always) init(repeating block: Block) { self.init(block, block, block, block) }
  @inline(__always) init(_ row: (Int) -> Block) { self.init(row(0), row(1), row(2), row(3)) }
  @inline(__always) private static func folded(_ low: HalfPanel, _ high: HalfPanel) -> OnePanel {
    OnePanel(SIMD16(lowHalf: low.values, highHalf: high.values))
  }
  @inline(__always) mutating func accumulate(_ block: Block, _ scalars: UnsafePointer<Float>, _ stride: Int) {
    let (s0, s1, s2, s3) = (scalars[0], scalars[stride], scalars[2 &* stride], scalars[3 &* stride])
    r0.accumulate(block.left, s0)
    r1.accumulate(block.left, s1)
    r2.accumulate(block.left, s2)
    r3.accumulate(block.left, s3)
    let half = Self.folded(block.right, block.right)
    evens.accumulate(half, by: Self.folded(HalfPanel(repeating: s0), HalfPanel(repeating: s2)))
    odds.accumulate(half, by: Self.folded(HalfPanel(repeating: s1), HalfPanel(repeating: s3)))
  }
  @inline(__always) private var rows: (Block, Block, Block, Block) {
    (
      Block(r0, HalfPanel(evens.values.lowHalf)), Block(r1, HalfPanel(odds.values.lowHalf)),
      Block(r2, HalfPanel(evens.values.highHalf)), Block(r3, HalfPanel(odds.values.highHalf))
    )
  }
  @inline(__always) func forEachRow(_ body: (Int, Block) -> Void) {
    let rows = rows
    body(0, rows.0)
    body(1, rows.1)
    body(2, rows.2)
    body(3, rows.3)
  }
  @inline(__always) func map(_ body: (Block) -> Block) -> Self {
    let rows = rows
    return Self(body(rows.0), body(rows.1), body(rows.2), body(rows.3))
  }
  @inline(__always) mutating func add(_ pointer: UnsafePointer<Float>, _ panelStride: Int) {
    add(Self { Block.load(pointer + $0 &* 16, panelStride) })
  }
  @inline(__always) mutating func add(_ other: Self) {
    r0.add(other.r0)
    r1.add(other.r1)
    r2.add(other.r2)
    r3.add(other.r3)
    evens.add(other.evens)
    odds.add(other.odds)
  }
}

#if BUILT_FOR_ZEN4
  typealias FourRowsOfForty = FourRows<TwoPanelsAndHalf>
#else
  typealias FourRowsOfForty = FoldedRows
#endif
