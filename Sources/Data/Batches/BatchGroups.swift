/// How the batches of an epoch are grouped into steps: a pure function of their number.
///
/// Step k of an epoch takes batches k·N ..< min((k + 1)·N, batches). Where N doesn't divide the batches, the epoch's
/// last step has the rest: groups never reach over an epoch's end, since the streams start over there.
package struct BatchGroups: Sendable, Equatable {
  /// Batches in an epoch.
  let batches: Int
  /// Batches of a step, N ≥ 1.
  let size: Int

  /// Groups `batches` batches by `size`.
  package init(batches: Int, size: Int) {
    self.batches = batches
    self.size = size
  }

  /// Steps in an epoch.
  package var steps: Int { (batches + size - 1) / size }

  /// The batches of a step, counted from 0 in its epoch.
  package subscript(step: Int) -> Range<Int> { (step * size)..<min((step + 1) * size, batches) }
}
