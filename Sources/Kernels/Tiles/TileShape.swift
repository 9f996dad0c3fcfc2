internal import Memory

/// How large a tile the registers hold. The choice changes speed only: every element of a product is one chain of fused
/// multiply-adds in ascending order, whatever the tile.
///
/// A tile needs as many accumulators as multiply-adds are under way at once (8 on AVX2: two a cycle, four cycles each),
/// and leaves room for a block of the right matrix and one element of the left.
public enum TileShape: Sendable, CaseIterable {
  /// One accumulator of 8 columns: nothing overlaps. For comparison.
  case single
  /// As large as the registers hold that this module is compiled for. See `isWide`.
  case native

  /// Whether there are 32 vector registers of 64 bytes (AVX-512): then a tile is 4 rows × 64 columns, 16 accumulators,
  /// as many as two multiply-adds a cycle need, and rows that divide a panel's 16 evenly; 6 rows of 32 columns or less.
  ///
  /// Else there are 16 of 32 bytes (AVX2), or 32 of 16 bytes (NEON): 6 rows × 16 columns or 4 × 24, 12 accumulators.
  @inline(__always)
  static var isWide: Bool {
    #if BUILT_FOR_AVX512
      true
    #else
      false
    #endif
  }

  /// Columns of the next block in halves of a panel (8 columns each), for tiles over `rows` rows: `left` halves are
  /// left, from half `half` on.
  ///
  /// Each width is compiled for every kind of product, which is most of what compiling this module takes: of wide ones
  /// there are 8, 16, 32, 40 and 64 columns.
  @inline(__always)
  func halves(rows: Int, half: Int, left: Int) -> Int {
    if self == .single { return 1 }
    #if BUILT_FOR_AVX512
      switch left {
      case 8, 10...: return 8
      case 4, 6, 7, 9: return 4
      case 3: return 2
      default: return left
      }
    #else
      // 24 columns from a panel's start are followed by 24 more from its second half on, or end the matrix.
      if half % 2 == 1 || left == 3 { return 3 }
      let few = rows <= 4 || rows == 7 || rows == 8
      return few && left >= 6 && left != 7 ? 3 : min(left, 2)
    #endif
  }

  /// Rows of the next tile of `rows` that are left, for a block of `halves`: as many as the registers hold, split
  /// evenly, since tiles of one or two rows wait for the multiply-adds' latency. Of 8 columns: 4, 2 or 1.
  @inline(__always)
  func rows(_ rows: Int, halves: Int) -> Int {
    if self == .single { return 1 }
    if halves == 1 { return rows >= 4 ? 4 : rows >= 2 ? 2 : 1 }
    let most = Self.mostRows(halves: halves)
    if rows <= most { return rows }
    if rows <= 2 &* most { return (rows &+ 1) / 2 }
    return rows < 3 &* most ? (rows &+ 2) / 3 : most
  }

  /// Bytes of a panel up to which a tile of a weight gradient goes through all lanes before the next, reading their
  /// rows again for each tile: narrow tiles need them from the first-level cache, wide ones are slow enough for the
  /// second.
  var lanesReach: Int {
    Self.isWide ? CacheSizes.ofThisMachine.second / 16 : CacheSizes.ofThisMachine.first * 3 / 8
  }

  /// The most rows of a tile that the accumulators of the machine built for hold.
  @inline(__always)
  static func mostRows(halves: Int) -> Int { halves >= 5 || !isWide && halves == 3 ? 4 : 6 }
}
