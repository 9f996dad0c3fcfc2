internal import Memory
internal import Models

/// Memory for one piece of a state at a time, as it is kept and as files have it.
@safe
final class PieceBuffers {
  private let arena: Arena
  private let storedWindow, elementsWindow: Window<Float>

  /// For any piece of the sections.
  init(_ sections: [StateSection]) {
    let pieces = sections.flatMap(\.pieces)
    let stored = pieces.map(\.storedCount).max() ?? 0
    let elements = pieces.map(\.elements.count).max() ?? 0
    arena = Arena(
      byteCount: Arena.byteCount(stored, of: Float.self) + Arena.byteCount(elements, of: Float.self))
    storedWindow = arena.take(stored)
    elementsWindow = arena.take(elements)
  }

  /// Room for a piece as it is kept, and as files have it; good as long as the buffers.
  func room(for piece: StatePiece) -> (stored: Window<Float>, elements: Window<Float>) {
    (storedWindow[0..<piece.storedCount], elementsWindow[0..<piece.elements.count])
  }
}

extension StatePiece {
  /// The piece's elements in the order of files: `stored` itself where it is in that order already, else `elements`.
  func inFileOrder(_ stored: Window<Float>, _ elements: Window<Float>) -> Window<Float> {
    switch content {
    case .parameter(let tensor), .slot(_, let tensor):
      tensor.read(TensorPiece(stored: self.stored, elements: self.elements), from: stored, into: elements)
      return elements
    case .runningStatistic, .carriedState: return stored
    }
  }
}
