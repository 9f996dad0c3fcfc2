internal import Memory

/// How large a tile the registers hold. The choice changes speed only: every element of a product is one chain of fused
/// multiply-adds in ascending order, whatever the tile.
///
/// A tile needs as many accumulators as multiply-adds are under way at once (8: two a cycle, four cycles each), and
/// leaves room for a block of the right matrix and one element of the left. More of them read the matrices less often.
public enum TileShape: Sendable, CaseIterable {
  /// One accumulator: nothing overlaps. For comparison.
  case single
  /// As large as the registers hold that this module is compiled for. See `isWide`.
  case native
  /// Such that the registers hold two of them, where that is worth it: with AVX-512 for 40 columns, on Zen 4 for any.
  /// Elsewhere as `native`.
  case paired

  /// Whether there are 32 vector registers of 64 bytes (AVX-512): then a tile is 8 rows × 48 columns, 24 accumulators,
  /// or 8 × 32, which divide a panel's 16 rows evenly. A right matrix that the first-level cache doesn't hold is read
  /// from the second once for 8 rows: products of such matrices run at 0.8 to 0.9 of the peak, in tiles of 4 × 64 at
  /// 0.7 to 0.8.
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
  /// there are 16, 32, 40 and 48 columns. Where a vector of 64 bytes takes two cycles, as on Zen 4, half of one takes
  /// one: 40 columns cost a sixth less than 48. Elsewhere `FoldedRows` has them cost as little.
  @inline(__always)
  func halves(rows: Int, half: Int, left: Int) -> Int {
    #if BUILT_FOR_AVX512
      if self == .single { return 2 }
      if isNarrow && left != 5 { return 2 }
      // Four panels are two and two, since a single one keeps few multiply-adds under way; an odd half ends a block of
      // 40 columns.
      switch left {
      case 1, 2, 7: return 2
      case 3, 4, 8, 9, 13: return 4
      case 5: return 5
      default: return 6
      }
    #else
      if self == .single { return 1 }
      // 24 columns from a panel's start are followed by 24 more from its second half on, or end the matrix.
      if half % 2 == 1 || left == 3 { return 3 }
      let few = rows <= 4 || rows == 7 || rows == 8
      return few && left >= 6 && left != 7 ? 3 : min(left, 2)
    #endif
  }

  /// Whether wide tiles cover so many columns with whole panels: else they leave out the second half of the last one,
  /// all padding.
  @inline(__always)
  func coversWidePanels(columns: Int) -> Bool {
    Self.isWide && self != .single && (columns &+ 7) / 8 % 2 == 0
  }

  /// Rows of the next tile of `rows` that are left, for a block of `halves`: as many as the registers hold, split
  /// evenly, since tiles of one or two rows wait for the multiply-adds' latency.
  @inline(__always)
  func rows(_ rows: Int, halves: Int) -> Int {
    if self == .single { return 1 }
    #if BUILT_FOR_AVX512
      if self == .paired && halves == 5 { return min(rows, 4) }
      switch rows {
      case ...4: return rows
      case 5, 6: return 3
      case 7, 9, 10: return 4
      default: return 8
      }
    #else
      if halves == 1 { return rows >= 4 ? 4 : rows >= 2 ? 2 : 1 }
      let most = halves == 3 ? 4 : 6
      if rows <= most { return rows }
      if rows <= 2 &* most { return (rows &+ 1) / 2 }
      return rows < 3 &* most ? (rows &+ 2) / 3 : most
    #endif
  }

  /// Whether `rows` gives that height to some tile of that width. What it doesn't isn't compiled.
  @inline(__always)
  static func has(rows: Int, halves: Int) -> Bool {
    if isWide { return rows <= 4 || rows == 8 }
    return halves == 1 ? rows != 3 && rows <= 4 : rows <= (halves == 3 ? 4 : 6)
  }

  /// Whether tiles of any width but 40 are 8 rows × 16 columns and not larger. With two multiply-adds a cycle those
  /// would wait for their operands, two of which are loaded a cycle; and those of 4 × 32, of which the registers hold
  /// two as well, for the multiply-adds before: on Zen 5 they take 1.2 to 1.5 times as long.
  @inline(__always)
  private var isNarrow: Bool {
    #if BUILT_FOR_ZEN4
      self == .paired
    #else
      false
    #endif
  }

  /// Whether the registers hold two such tiles and a block of the right matrix.
  @inline(__always)
  static func holdsTwo<Tile: RowTile>(_: Tile.Type) -> Bool {
    isWide && Tile.rows &* ((Tile.Block.width &+ 15) / 16) <= 12
  }

  /// Bytes of a panel up to which a tile of a weight gradient goes through all lanes before the next, reading their
  /// rows again for each tile: narrow tiles need them from the first-level cache, wide ones are slow enough for the
  /// second. Where tiles are added up in pairs, that is worth reading a panel and a part's three from all of it.
  var lanesReach: Int {
    let caches = CacheSizes.ofThisMachine
    guard Self.isWide else { return caches.first * 3 / 8 }
    return caches.second / (TileShape.paired.isNarrow ? 4 : 16)
  }
}
