internal import Memory
internal import Models

/// Memory for one piece of a state at a time, as it is kept and as files have it.
@safe
final class PieceBuffers {
  private let arena: Arena
  private let storedWindow, elementsWindow, partWindow: BufferView<Float>

  /// For any piece of the sections.
  init(_ sections: [StateSection]) {
    let pieces = sections.flatMap(\.pieces)
    let stored = pieces.map(\.storedCount).max() ?? 0
    let elements = pieces.map(\.elements.count).max() ?? 0
    arena = Arena(
      byteCount: 2 * Arena.byteCount(stored, of: Float.self) + Arena.byteCount(elements, of: Float.self))
    storedWindow = arena.take(stored)
    partWindow = arena.take(stored)
    elementsWindow = arena.take(elements)
  }

  /// Room for a piece as it is kept, and as files have it; good as long as the buffers.
  func room(for piece: StatePiece) -> (stored: BufferView<Float>, elements: BufferView<Float>) {
    (storedWindow[0..<piece.storedCount], elementsWindow[0..<piece.elements.count])
  }

  /// Room for a worker's part of a piece.
  func part(_ piece: StatePiece) -> BufferView<Float> { partWindow[0..<piece.storedCount] }
}

extension StatePiece {
  /// The piece's segments of an arena one after the other: a part of the arena itself where there is but one, else
  /// `room`.
  func gather(from arena: BufferView<Float>, into room: BufferView<Float>) -> BufferView<Float> {
    if segments.count == 1 { return arena[segments[0]] }
    var end = 0
    for segment in segments {
      room[end..<(end + segment.count)].copy(from: arena[segment])
      end += segment.count
    }
    return room
  }

  /// The piece's elements in the order of files: `stored` itself where it is in that order already, else `elements`.
  func inFileOrder(_ stored: BufferView<Float>, _ elements: BufferView<Float>) -> BufferView<Float> {
    switch content {
    case .parameter(let tensor), .slot(_, let tensor):
      guard let piece = self.tensor else { preconditionFailure("a tensor's piece") }
      tensor.read(piece, from: stored, into: elements)
      return elements
    case .runningStatistic, .carriedState, .validationState: return stored
    }
  }
}
