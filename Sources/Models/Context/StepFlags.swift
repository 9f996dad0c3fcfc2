internal import Memory

/// What workers exchange along with a step's loss, so that all of them know the same at the same step.
///
/// Each flag travels as a number that is summed over the workers: a sum above zero says that somebody has raised it.
@safe
package final class StepFlags {
  /// Numbers that travel.
  static let count = 2

  /// Whether this worker was asked to stop.
  package var wantsStop = false
  /// Whether this worker's slice of the gradient before wasn't finite.
  package var gradientWasBad = false

  /// Whether any worker was asked to stop.
  private(set) package var stops = false
  /// Whether any worker's slice of the gradient before wasn't finite.
  private(set) package var precedingGradientWasBad = false

  /// Overwrites `row` with this worker's flags.
  func write(to row: BufferView<Double>) {
    row[0] = wantsStop ? 1 : 0
    row[1] = gradientWasBad ? 1 : 0
  }

  /// Takes the sums over all workers.
  func read(from sums: BufferView<Double>) {
    stops = sums[0] > 0
    precedingGradientWasBad = sums[1] > 0
  }
}
