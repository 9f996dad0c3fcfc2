/// How large a tile the registers hold. The choice changes speed only: every element of a product is one chain of fused
/// multiply-adds in ascending order, whatever the tile.
public enum TileShape: Sendable, CaseIterable {
  /// 16 vector registers of 32 bytes (AVX2), or 32 of 16 bytes (NEON): 6 rows × 16 columns, 4 × 24.
  case narrow
  /// 32 vector registers of 64 bytes (AVX-512): 6 rows × 64 columns.
  case wide

  /// The shape for the instruction set this module is compiled for.
  public static var native: TileShape {
    #if BUILT_FOR_AVX512
      .wide
    #else
      .narrow
    #endif
  }

  /// Columns of the next block, of `columns` that are left, in halves of a panel (8 columns each).
  func halves(for columns: Int) -> Int {
    let left = (columns + 7) / 8
    switch self {
    case .narrow: return left == 3 ? 3 : min(left, 2)
    case .wide:
      switch left {
      case 7, 9: return 4
      case 10...: return 8
      default: return left
      }
    }
  }

  /// Rows of the next tile, of `rows` that are left, for a block of `halves`: as many as the registers hold, the rest
  /// split evenly, since tiles of one or two rows wait for the multiply-adds' latency.
  func rows(for rows: Int, halves: Int) -> Int {
    if self == .narrow && halves == 3 {
      return rows >= 4 && rows != 5 ? 4 : min(rows, 3)
    }
    switch rows {
    case 1, 2, 3, 4, 6: return rows
    case 5: return 3
    case 7, 8, 11: return 4
    default: return 6
    }
  }
}
