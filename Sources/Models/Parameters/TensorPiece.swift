internal import Kernels
package import Memory

/// Some neighbouring rows of a tensor: one run of its elements in PyTorch's order, which lie in one or several runs of
/// the arena.
package struct TensorPiece: Sendable, Equatable {
  /// The tensor's rows.
  let rows: Range<Int>
  /// Which of the tensor's elements these are, in PyTorch's order.
  package let elements: Range<Int>
  /// Where they lie in the arena, padding included, ascending. A piece is handed on with these one after the other.
  package let segments: [Range<Int>]
  /// For tensors in panels of 16 rows of PyTorch's, the rows in each: one segment each.
  let groups: [Range<Int>]

  /// Floats of all segments.
  package var storedCount: Int { segments.reduce(0) { $0 + $1.count } }

  /// Floats of a piece where nothing else is asked for: one megabyte.
  package static let mostFloats = 1 << 18
}

extension ModelTensor {
  /// The tensor from its first row to its last in pieces of about `most` floats, whole rows, and whole panels where it
  /// is kept in panels of rows.
  package func pieces(of most: Int = TensorPiece.mostFloats) -> [TensorPiece] {
    switch place {
    case .rows(_, let stride):
      return cut(rows, of: most / max(stride, 1)) { rows in
        piece(rows, [(offset + rows.lowerBound * stride)..<(offset + rows.upperBound * stride)])
      }
    case .panels:
      return cut(rows, of: most / max(ParameterLayout.padded(columns), 1)) { rows in
        let panels = 0..<(columns + 15) / 16
        return piece(
          rows,
          panels.map { panel in
            let start = offset + panel * self.rows * 16
            return (start + rows.lowerBound * 16)..<(start + rows.upperBound * 16)
          })
      }
    case .gateVector: return [piece(0..<1, [stored])]
    case .transposedPanels, .gatePanels:
      let groups = groups
      return cut(groups.count, of: most / (16 * max(columns, 1))) { part in
        let groups = groups[part]
        return piece(
          groups[part.lowerBound].rows.lowerBound..<groups[part.upperBound - 1].rows.upperBound,
          groups.map { group in
            let start = offset + group.panel * columns * 16
            return start..<(start + columns * 16)
          }, groups.map(\.rows))
      }
    }
  }

  /// The rows of each panel in PyTorch's order: gate by gate where there are gates.
  private var groups: [(rows: Range<Int>, panel: Int)] {
    let gates = if case .gatePanels(_, let gates) = place { gates } else { 1 }
    let height = rows / gates
    return (0..<gates).flatMap { gate in
      stride(from: 0, to: height, by: 16).map { unit in
        let first = gate * height + unit
        return (first..<min(first + 16, (gate + 1) * height), Kernels.gateColumn(gate, unit: unit, gates: gates) / 16)
      }
    }
  }

  private func cut<Piece>(_ count: Int, of most: Int, _ piece: (Range<Int>) -> Piece) -> [Piece] {
    let step = max(most, 1)
    return stride(from: 0, to: count, by: step).map { piece($0..<min($0 + step, count)) }
  }

  private func piece(_ rows: Range<Int>, _ segments: [Range<Int>], _ groups: [Range<Int>] = []) -> TensorPiece {
    TensorPiece(
      rows: rows, elements: (rows.lowerBound * columns)..<(rows.upperBound * columns), segments: segments,
      groups: groups)
  }

  // MARK: Between the two orders

  /// Overwrites `elements` with those of a piece, in PyTorch's order.
  ///
  /// - stored: the piece's segments, one after the other.
  package func read(_ piece: TensorPiece, from stored: BufferView<Float>, into elements: BufferView<Float>) {
    precondition(
      stored.count == piece.storedCount && elements.count == piece.elements.count, "a piece of another size")
    forEachRun(piece) { element, place, count, step in
      if step == 1 {
        elements[element..<(element + count)].copy(from: stored[place..<(place + count)])
        return
      }
      // Checked once for the whole run.
      let source = stored[place..<(place + (count - 1) * step + 1)]
      let target = elements[element..<(element + count)]
      source.withSpan { source in
        target.withMutableSpan { target in
          for i in 0..<count { unsafe target[unchecked: i] = source[unchecked: i * step] }
        }
      }
    }
  }

  /// Overwrites a piece's segments, one after the other, with elements in PyTorch's order, and their padding with
  /// zeros.
  package func write(_ piece: TensorPiece, _ elements: BufferView<Float>, to stored: BufferView<Float>) {
    precondition(
      stored.count == piece.storedCount && elements.count == piece.elements.count, "a piece of another size")
    if elements.count != stored.count { stored.fill(0) }
    forEachRun(piece) { element, place, count, step in
      if step == 1 {
        stored[place..<(place + count)].copy(from: elements[element..<(element + count)])
        return
      }
      // Checked once for the whole run.
      let source = elements[element..<(element + count)]
      let target = stored[place..<(place + (count - 1) * step + 1)]
      source.withSpan { source in
        target.withMutableSpan { target in
          for i in 0..<count { unsafe target[unchecked: i * step] = source[unchecked: i] }
        }
      }
    }
  }

  /// Calls `body` for each run of a piece's elements that lie at even distances: the first in PyTorch's order within
  /// the piece, where it lies in the segments, the number of elements, and the distance.
  private func forEachRun(
    _ piece: TensorPiece, _ body: (_ element: Int, _ place: Int, _ count: Int, _ step: Int) -> Void
  ) {
    let columns = columns
    switch place {
    case .rows(_, let stride):
      for row in 0..<piece.rows.count { body(row * columns, row * stride, columns, 1) }
    case .panels:
      let height = piece.rows.count
      for panel in 0..<piece.segments.count {
        let width = min(16, columns - panel * 16)
        for row in 0..<height {
          body(row * columns + panel * 16, (panel * height + row) * 16, width, 1)
        }
      }
    case .transposedPanels, .gatePanels:
      for (panel, rows) in piece.groups.enumerated() {
        for (place, row) in rows.enumerated() {
          body((row - piece.rows.lowerBound) * columns, panel * columns * 16 + place, columns, 16)
        }
      }
    case .gateVector(_, let gates):
      let height = columns / gates
      for gate in 0..<gates {
        for unit in stride(from: 0, to: height, by: 16) {
          body(gate * height + unit, Kernels.gateColumn(gate, unit: unit, gates: gates), min(16, height - unit), 1)
        }
      }
    }
  }
}
