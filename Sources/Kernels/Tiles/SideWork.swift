/// Work done between a product's multiply-adds, a piece at a time.
///
/// Multiply-adds keep two of the core's units busy and leave those for additions, loads and stores nearly idle. A pass
/// of a few operations an element, which by itself takes as long as its loads and stores, costs half of that in there,
/// or less.
///
/// It is copied for each tile: a pointer to memory at most. (A copy of more is written as whole vectors and read again
/// number by number, which waits until all multiply-adds before it are done.)
protocol SideWork: BitwiseCopyable {
  /// Whether there is any.
  static var isAny: Bool { get }
  /// A tile of the product begins.
  func begin(_ place: TilePlace)
  /// Does a piece, if one is due. Called after every eight rows of the product's right matrix.
  func advance()
}

/// A tile's place in a product.
struct TilePlace {
  /// The first row, and how many there are.
  let row, rows: Int
  /// Whether the product's rows before this tile's are finished.
  let isInLastColumns: Bool
}

struct NoSideWork: SideWork {
  static var isAny: Bool { false }
  @inline(__always) func begin(_ place: TilePlace) {}
  @inline(__always) func advance() {}
}
