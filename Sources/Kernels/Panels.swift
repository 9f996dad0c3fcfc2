public import Memory

/// A matrix in panels of 16 columns: element (row, column) lies at `(column / 16)·panelStride + row·16 + column % 16`.
///
/// All matrices, weights and activations alike, are kept like this, so that a product reads and writes contiguous
/// 64-byte rows whatever its size, and nothing is ever packed. Columns beyond the last are padding: they are zero in
/// weights and activations, and stay zero.
@safe
public struct Panels: Sendable {
  /// The elements, `panels · panelStride` of them.
  public let elements: BufferView<Float>
  /// Number of rows.
  public let rows: Int
  /// Number of columns without padding.
  public let columns: Int
  /// Elements from one panel to the next: 16 for each row, and for those that `spread` makes something more.
  public let panelStride: Int

  /// Views `elements` as a matrix whose panels lie side by side; traps unless there are exactly enough.
  @inlinable
  public init(_ elements: BufferView<Float>, rows: Int, columns: Int) {
    self.init(elements, rows: rows, columns: columns, panelStride: rows * 16)
  }

  /// Views `elements` as a matrix with that distance of its panels.
  @usableFromInline
  init(_ elements: BufferView<Float>, rows: Int, columns: Int, panelStride: Int) {
    precondition(elements.count == (columns + 15) / 16 * panelStride, "matrix of the wrong size")
    self.elements = elements
    self.rows = rows
    self.columns = columns
    self.panelStride = panelStride
  }

  /// Number of panels.
  @inlinable public var panels: Int { (columns + 15) / 16 }
  /// Elements that a matrix takes, padding included.
  @inlinable public static func count(rows: Int, columns: Int) -> Int { (columns + 15) / 16 * 16 * rows }

  /// Views the first of `elements` as a matrix whose rows of many panels can be worked on one after the other.
  ///
  /// Where panels would lie a multiple of 2 KiB apart, all of a row's would share few sets of each cache and push each
  /// other out: then there is room for one row more in each. A softmax over 10,000 columns takes 0.65 of the time.
  public static func spread(_ elements: BufferView<Float>, rows: Int, columns: Int) -> Panels {
    let count = spreadCount(rows: rows, columns: columns)
    return Panels(elements[0..<count], rows: rows, columns: columns, panelStride: spreadStride(rows: rows))
  }

  /// Elements that `spread` takes: never fewer for more rows.
  public static func spreadCount(rows: Int, columns: Int) -> Int { (columns + 15) / 16 * spreadStride(rows: rows) }

  private static func spreadStride(rows: Int) -> Int { (rows % 32 == 0 ? rows + 1 : rows) * 16 }

  /// The element at (row, column); slow, for set-up and tests.
  @inlinable
  public subscript(row: Int, column: Int) -> Float {
    get { elements[column / 16 * panelStride + row * 16 + column % 16] }
    nonmutating set { elements[column / 16 * panelStride + row * 16 + column % 16] = newValue }
  }

  @inline(__always) var base: UnsafeMutablePointer<Float> { elements.base }
}
