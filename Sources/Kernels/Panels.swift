public import Memory

/// A matrix in panels of 16 columns: element (row, column) lies at `(column / 16)·rows·16 + row·16 + column % 16`.
///
/// All matrices, weights and activations alike, are kept like this, so that a product reads and writes contiguous
/// 64-byte rows whatever its size, and nothing is ever packed. Columns beyond the last are padding: they are zero in
/// weights and activations, and stay zero.
@safe
public struct Panels: Sendable {
  /// The elements, `Panels.count(rows:columns:)` of them.
  public let elements: BufferView<Float>
  /// Number of rows.
  public let rows: Int
  /// Number of columns without padding.
  public let columns: Int

  /// Views `elements` as a matrix; traps unless there are exactly enough.
  @inlinable
  public init(_ elements: BufferView<Float>, rows: Int, columns: Int) {
    precondition(elements.count == Self.count(rows: rows, columns: columns), "matrix of the wrong size")
    self.elements = elements
    self.rows = rows
    self.columns = columns
  }

  /// Number of panels.
  @inlinable public var panels: Int { (columns + 15) / 16 }
  /// Elements from one panel to the next.
  @inlinable public var panelStride: Int { rows * 16 }
  /// Elements that a matrix takes, padding included.
  @inlinable public static func count(rows: Int, columns: Int) -> Int { (columns + 15) / 16 * 16 * rows }

  /// The element at (row, column); slow, for set-up and tests.
  @inlinable
  public subscript(row: Int, column: Int) -> Float {
    get { elements[column / 16 * panelStride + row * 16 + column % 16] }
    nonmutating set { elements[column / 16 * panelStride + row * 16 + column % 16] = newValue }
  }

  @inline(__always) var base: UnsafeMutablePointer<Float> { elements.base }
}
