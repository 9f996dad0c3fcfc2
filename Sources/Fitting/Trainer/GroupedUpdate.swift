internal import Memory
internal import Models
internal import Optimization

/// A worker's slice as groups of parameters divide it, and memory for the units that several groups share.
@safe
struct GroupedUpdate {
  /// The slice's segments, from its first unit on; places in the arena.
  let segments: [UpdateSegment]
  private let arena: Arena
  /// (256) each: a unit's parameters and slots as they were, and as they are to be.
  private let before, after: [BufferView<Float>]

  init(_ segments: [UpdateSegment], slots: Int) {
    self.segments = segments
    let unit = ParameterLayout.unit
    let arena = Arena(byteCount: 2 * (1 + slots) * Arena.byteCount(unit, of: Float.self))
    self.arena = arena
    before = (0...slots).map { _ in arena.take(unit) }
    after = (0...slots).map { _ in arena.take(unit) }
  }

  /// Updates a unit that several groups share: for each rate as if all of it had that rate, and keeps of each update
  /// what has that rate.
  ///
  /// - views: the unit's parameters and slots; update: updates all of it at a share of the schedule's rate, and returns
  ///   whether all was finite.
  func update(
    _ segment: UpdateSegment, _ views: [BufferView<Float>], _ update: (_ factor: Double) -> Bool
  ) -> Bool {
    for (index, view) in views.enumerated() {
      before[index].copy(from: view)
      after[index].copy(from: view)
    }
    var isFinite = true
    var done: [Double] = []
    for factor in segment.parts.compactMap(\.factor) where !done.contains(factor) {
      done.append(factor)
      for (index, view) in views.enumerated() { view.copy(from: before[index]) }
      if !update(factor) { isFinite = false }
      for part in segment.parts where part.factor == factor {
        for (index, view) in views.enumerated() { after[index][part.elements].copy(from: view[part.elements]) }
      }
    }
    for (index, view) in views.enumerated() { view.copy(from: after[index]) }
    withExtendedLifetime(arena) {}
    return isFinite
  }

  /// Zeroes what a finished gradient has of frozen parameters.
  ///
  /// - start: the unit's place in the arena.
  func clearFrozen(_ gradient: BufferView<Float>, at start: Int) {
    guard let segment = segments.first(where: { $0.range.contains(start) }) else { return }
    guard segment.parts.count > 1 else {
      if segment.parts[0].factor == nil { gradient.fill(0) }
      return
    }
    for part in segment.parts where part.factor == nil { gradient[part.elements].fill(0) }
  }
}
