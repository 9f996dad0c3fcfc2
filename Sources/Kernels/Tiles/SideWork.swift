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
  /// A tile begins, which reads the product's left matrix up to so many rows.
  func begin(rows: Int)
  /// Does a piece, if one is due. Called after every eight rows of the product's right matrix.
  func advance()
}

struct NoSideWork: SideWork {
  static var isAny: Bool { false }
  @inline(__always) func begin(rows: Int) {}
  @inline(__always) func advance() {}
}
