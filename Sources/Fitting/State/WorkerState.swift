internal import Kernels
internal import Memory

/// What one worker holds of a run's state that the others don't: its slice of the optimizer's slots, its streams'
/// carried states.
///
/// The views are good as long as the memory that they were cut from, which the holder of this keeps.
struct WorkerState: Sendable {
  /// The worker's part of the arena.
  let slice: Range<Int>
  /// The worker's streams.
  let streams: Range<Int>
  /// (slice) each.
  let slots: [BufferView<Float>]
  /// (streams, width) each.
  let carried: [Panels]
  /// Copies of these from before the latest validation; none where something was trained since.
  let validation: [Panels]

  /// What training goes on from, as views in a fixed order.
  var views: [BufferView<Float>] { slots + carried.map(\.elements) }
  /// All of it.
  var allViews: [BufferView<Float>] { views + validation.map(\.elements) }

  /// Calls `body` for each part of a piece's segments that lies in a slice: where it lies in the arena, and in the
  /// piece.
  static func forEachPart(_ piece: StatePiece, of slice: Range<Int>, _ body: (_ part: Range<Int>, _ place: Int) -> Void)
  {
    var start = 0
    for segment in piece.segments {
      let part = segment.clamped(to: slice)
      if !part.isEmpty { body(part, start + part.lowerBound - segment.lowerBound) }
      start += segment.count
    }
  }

  /// Copies the worker's part of a piece of a slot or a carried state into `part`, as far as it goes; returns its
  /// floats.
  func copy(_ piece: StatePiece, into part: BufferView<Float>) -> Int {
    switch piece.content {
    case .slot(let index, _):
      var end = 0
      Self.forEachPart(piece, of: slice) { own, _ in
        part[end..<(end + own.count)].copy(from: slots[index][own.shifted(by: -slice.lowerBound)])
        end += own.count
      }
      return end
    case .carriedState(let index), .validationState(let index):
      let panels = panels(of: piece, index)
      let own = piece.streams.clamped(to: streams)
      for (place, stream) in own.enumerated() {
        for column in 0..<panels.columns {
          part[place * panels.columns + column] = panels[stream - streams.lowerBound, column]
        }
      }
      return own.count * panels.columns
    case .parameter, .runningStatistic: preconditionFailure("every worker has it")
    }
  }

  /// Puts what `copy` has made of a worker's part into its place in the piece, of which all lies in `stored`; returns
  /// its floats.
  static func place(
    _ piece: StatePiece, slice: Range<Int>, streams: Range<Int>, _ part: BufferView<Float>, in stored: BufferView<Float>
  ) -> Int {
    guard piece.tensor == nil else {
      var end = 0
      forEachPart(piece, of: slice) { own, place in
        stored[place..<(place + own.count)].copy(from: part[end..<(end + own.count)])
        end += own.count
      }
      return end
    }
    let own = piece.streams.clamped(to: streams)
    guard !own.isEmpty else { return 0 }
    let width = stored.count / piece.streams.count
    let first = (own.lowerBound - piece.streams.lowerBound) * width
    stored[first..<(first + own.count * width)].copy(from: part[0..<(own.count * width)])
    return own.count * width
  }

  /// Where the state of that place is kept that a piece is of.
  private func panels(of piece: StatePiece, _ index: Int) -> Panels {
    if case .validationState = piece.content { validation[index] } else { carried[index] }
  }

  /// Takes the worker's part of a carried state's piece, of which `elements` are all.
  func take(_ piece: StatePiece, ofCarried index: Int, _ elements: BufferView<Float>) {
    let panels = panels(of: piece, index)
    for stream in piece.streams.clamped(to: streams) {
      for column in 0..<panels.columns {
        panels[stream - streams.lowerBound, column] =
          elements[(stream - piece.streams.lowerBound) * panels.columns + column]
      }
    }
  }
}

extension Range<Int> {
  /// The range moved by a distance.
  func shifted(by distance: Int) -> Range { (lowerBound + distance)..<(upperBound + distance) }
}
