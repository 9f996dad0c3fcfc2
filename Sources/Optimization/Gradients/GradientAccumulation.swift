internal import Kernels
package import Memory
package import Models
internal import Teams

/// The mean gradient of a step of several batches.
///
/// Each batch's gradient is finished first, by the canonical sum over lanes, for the slice that the worker owns; those
/// sums are added in the order of the batches, and the total is divided by their number: g = ((g₁ + g₂) + …) / n, in
/// Float32. So it has the same bits whatever the slices. Adding before the sum over lanes would save an exchange a
/// batch, but a worker's subtree roots would then be rounded by how many lanes it has.
@safe
package final class GradientAccumulation {
  /// (slice): the sum so far; the mean after `finish`.
  package let slice: BufferView<Float>

  /// For `count` parameters, the worker's slice, in whole units.
  package init(count: Int, context: ModelContext) { slice = context.make(count, for: .optimizer) }

  /// Takes a batch's gradient.
  ///
  /// - isFirst: whether it starts the step, so that it overwrites what is there.
  /// - unitGradient: where `finish` puts the finished gradient of the unit that starts there in the slice.
  package func add(isFirst: Bool, _ unitGradient: BufferView<Float>, finish: (Int) -> Void) {
    let unit = unitGradient.count
    for start in stride(from: 0, to: slice.count, by: unit) {
      finish(start)
      let sum = slice[start..<(start + unit)]
      if isFirst { sum.copy(from: unitGradient) } else { accumulate(unitGradient, into: sum) }
    }
  }

  /// Makes the sum of `batches` gradients their mean.
  package func finish(batches: Int) {
    let count = slice.count
    let divisor = Float(batches)
    slice.withMutableSpan { span in
      // All places of the span; a check of each index would keep the loop from vectors.
      for i in 0..<count { unsafe span[unchecked: i] /= divisor }
    }
  }
}
