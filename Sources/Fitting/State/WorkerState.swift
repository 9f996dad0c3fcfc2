internal import Kernels
internal import Memory

/// What one worker holds of a run's state that the others don't: its slice of the optimizer's slots, its streams' carried states.
///
/// The windows are good as long as the memory that they were cut from, which the holder of this keeps.
struct WorkerState: Sendable {
  /// The worker's part of the arena.
  let slice: Range<Int>
  /// The worker's streams.
  let streams: Range<Int>
  /// (slice) each.
  let slots: [Window<Float>]
  /// (streams, width) each.
  let carried: [Panels]

  /// All of it as windows, in a fixed order.
  var windows: [Window<Float>] { slots + carried.map(\.elements) }

  /// Copies the worker's part of a piece of a slot or a carried state into `part`, as far as it goes; returns its floats.
  func copy(_ piece: StatePiece, into part: Window<Float>) -> Int {
    switch piece.content {
    case .slot(let index, _):
      let own = piece.stored.clamped(to: slice)
      guard !own.isEmpty else { return 0 }
      part[0..<own.count].copy(from: slots[index][own.shifted(by: -slice.lowerBound)])
      return own.count
    case .carriedState(let index):
      let panels = carried[index]
      let own = piece.stored.clamped(to: streams)
      for (place, stream) in own.enumerated() {
        for column in 0..<panels.columns {
          part[place * panels.columns + column] = panels[stream - streams.lowerBound, column]
        }
      }
      return own.count * panels.columns
    case .parameter, .runningStatistic: preconditionFailure("every worker has it")
    }
  }

  /// Takes the worker's part of a carried state's piece, of which `elements` are all.
  func take(_ piece: StatePiece, ofCarried index: Int, _ elements: Window<Float>) {
    let panels = carried[index]
    for stream in piece.stored.clamped(to: streams) {
      for column in 0..<panels.columns {
        panels[stream - streams.lowerBound, column] =
          elements[(stream - piece.stored.lowerBound) * panels.columns + column]
      }
    }
  }
}

extension Range<Int> {
  /// The range moved by a distance.
  func shifted(by distance: Int) -> Range { (lowerBound + distance)..<(upperBound + distance) }
}
