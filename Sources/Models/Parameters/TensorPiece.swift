package import Memory

/// A run of a tensor's rows, which lies in one run of the arena as well as of the elements in PyTorch's order.
package struct TensorPiece: Sendable, Equatable {
  /// Where it lies in the arena, padding included.
  package let stored: Range<Int>
  /// Which of the tensor's elements these are, in PyTorch's order.
  package let elements: Range<Int>

  package init(stored: Range<Int>, elements: Range<Int>) {
    self.stored = stored
    self.elements = elements
  }
}

extension ModelTensor {
  /// The tensor from its first row to its last in pieces of about `most` floats: whole rows, 16 together where it is kept in panels.
  package func pieces(of most: Int = TensorPiece.mostFloats) -> [TensorPiece] {
    let (rowStride, group) =
      switch place {
      case .rows(_, let stride): (stride, 1)
      case .transposedPanels: (columns, 16)
      }
    let step = max(most / (rowStride * group), 1) * group
    return stride(from: 0, to: rows, by: step).map { first in
      let end = min(first + step, rows)
      // The last panel is there to its end, and so is the last row's padding.
      let storedEnd = (end + group - 1) / group * group
      return TensorPiece(
        stored: (offset + first * rowStride)..<(offset + storedEnd * rowStride),
        elements: (first * columns)..<(end * columns))
    }
  }

  /// Overwrites `elements` with those of a piece, in PyTorch's order.
  ///
  /// - stored: the piece's part of the arena.
  package func read(_ piece: TensorPiece, from stored: Window<Float>, into elements: Window<Float>) {
    check(piece, stored, elements)
    let (columns, rows) = (columns, piece.elements.count / max(columns, 1))
    switch place {
    case .rows(_, let stride):
      for row in 0..<rows {
        elements[(row * columns)..<((row + 1) * columns)].copy(
          from: stored[(row * stride)..<(row * stride + columns)])
      }
    case .transposedPanels:
      stored.withSpan { stored in
        elements.withMutableSpan { elements in
          for row in 0..<rows {
            let start = row / 16 * columns * 16 + row % 16
            // Within the piece, whose sizes are checked; a check of each index would take most of the time.
            for column in 0..<columns {
              unsafe elements[unchecked: row * columns + column] = stored[unchecked: start + column * 16]
            }
          }
        }
      }
    }
  }

  /// Overwrites a piece's part of the arena with elements in PyTorch's order, its padding with zeros.
  package func write(_ piece: TensorPiece, _ elements: Window<Float>, to stored: Window<Float>) {
    check(piece, stored, elements)
    if elements.count != stored.count { stored.fill(0) }
    let (columns, rows) = (columns, piece.elements.count / max(columns, 1))
    switch place {
    case .rows(_, let stride):
      for row in 0..<rows {
        stored[(row * stride)..<(row * stride + columns)].copy(
          from: elements[(row * columns)..<((row + 1) * columns)])
      }
    case .transposedPanels:
      elements.withSpan { elements in
        stored.withMutableSpan { stored in
          for row in 0..<rows {
            let start = row / 16 * columns * 16 + row % 16
            // As in `read`.
            for column in 0..<columns {
              unsafe stored[unchecked: start + column * 16] = elements[unchecked: row * columns + column]
            }
          }
        }
      }
    }
  }

  private func check(_ piece: TensorPiece, _ stored: Window<Float>, _ elements: Window<Float>) {
    precondition(
      stored.count == piece.stored.count && elements.count == piece.elements.count, "a piece of another size")
  }
}

extension TensorPiece {
  /// Floats of a piece where nothing else is asked for: one megabyte.
  package static let mostFloats = 1 << 18
}
