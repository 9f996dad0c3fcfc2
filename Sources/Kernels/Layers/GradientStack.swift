public import Memory

/// Where the gradient of one matrix, panels (depth, columns), is added up over the lanes: the stack of a
/// `ReductionSchedule`.
///
/// What is on the stack at the end are the roots, and so its first entries are the roots' gradients themselves. Entries
/// that last from one call of `weightGradient` to the next are whole matrices; those that come and go within a call
/// hold only the part of the matrix that is being worked on, and stay in cache.
@safe
public struct GradientStack {
  let roots: UnsafeMutablePointer<Float>
  let rootStride: Int
  let rootCount: Int
  /// Entries that last.
  let lasting: Int
  let depth, columns: Int
  let matrices: UnsafeMutablePointer<Float>
  let parts: UnsafeMutablePointer<Float>

  /// - gradients: root i's gradient starts at `offset + i·rootStride`.
  /// - lasting: the most entries on the stack between two calls: `ReductionSchedule.height(after:)`.
  /// - spare: at least `spareCount` elements, whose contents last from the first lane to the last.
  public init(
    _ gradients: BufferView<Float>, offset: Int, rootStride: Int, depth: Int, columns: Int, schedule: ReductionSchedule,
    lasting: Int, spare: BufferView<Float>
  ) {
    let size = Panels.count(rows: depth, columns: columns)
    precondition(gradients.count >= offset + (schedule.roots - 1) * rootStride + size, "a gradient for each root")
    precondition(lasting >= schedule.roots, "the roots last")
    precondition(
      spare.count >= Self.spareCount(depth: depth, columns: columns, schedule: schedule, lasting: lasting),
      "spare entries are missing")
    roots = gradients.base + offset
    self.rootStride = rootStride
    rootCount = schedule.roots
    self.lasting = lasting
    self.depth = depth
    self.columns = columns
    matrices = spare.base
    parts = spare.base + (lasting - schedule.roots) * size
  }

  /// Elements that the entries above the roots take.
  public static func spareCount(depth: Int, columns: Int, schedule: ReductionSchedule, lasting: Int) -> Int {
    (lasting - schedule.roots) * Panels.count(rows: depth, columns: columns)
      + max(schedule.kept - lasting, 0) * Part.count
  }

  /// The entry at `level` for the tile at (row, column) of `part`.
  @inline(__always)
  func entry(_ level: Int, _ part: Part, row: Int, column: Int) -> (place: UnsafeMutablePointer<Float>, stride: Int) {
    if level >= lasting {
      let place = columnOffset(column &- part.columns.lowerBound, 256) &+ (row &- part.row) &* 16
      return (parts + ((level &- lasting) &* Part.count &+ place), 256)
    }
    let matrix =
      level < rootCount
      ? roots + level &* rootStride
      : matrices + (level &- rootCount) &* Panels.count(rows: depth, columns: columns)
    return (matrix + (columnOffset(column, depth &* 16) &+ row &* 16), depth &* 16)
  }

  /// A part of the matrix that is done for all lanes of a call before the next: 16 rows, up to three panels wide.
  struct Part {
    static let rows = 16
    static let columns = 48
    static let count = rows * columns
    /// Its first row.
    let row: Int
    /// Its columns, from the start of a panel on.
    let columns: Range<Int>

    /// Calls `body` with the columns of each part beside the next.
    @inline(__always)
    static func forEachColumns(of count: Int, _ body: (Range<Int>) -> Void) {
      var first = 0
      while first < count {
        let end = first &+ min(count &- first, width(left: count &- first))
        body(first..<end)
        first = end
      }
    }

    /// Columns of the next part with padding: those of a block of wide tiles, or three panels.
    @inline(__always)
    private static func width(left: Int) -> Int {
      TileShape.isWide ? 8 &* TileShape.native.halves(rows: rows, half: 0, left: (left &+ 7) / 8) : columns
    }
  }
}
