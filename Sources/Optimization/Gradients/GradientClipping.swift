internal import Kernels
package import Memory
package import Models

/// Bounds the gradient's global norm, as `torch.nn.utils.clip_grad_norm_` does: g ← g·min(1, limit / (norm + 1e-6)).
@safe
package final class GradientClipping {
  /// (slice): the finished gradient, clipped after `clip`.
  package let slice: BufferView<Float>
  private let norm: GradientNorm
  private let limit: Double

  package init(_ norm: GradientNorm, slice count: Int, context: ModelContext, limit: Double) {
    self.norm = norm
    self.limit = limit
    slice = context.make(count, for: .optimizer)
  }

  /// Fills `slice` with the clipped gradient, and returns the norm before. Collective.
  ///
  /// - gradient: as in `GradientNorm.measure`.
  package func clip(_ gradient: (Int) -> BufferView<Float>) -> Double {
    let norm = norm.measure { start in
      let unit = gradient(start)
      slice[start..<(start + unit.count)].copy(from: unit)
      return unit
    }
    scale(slice, by: Float(min(1, limit / (norm + 1e-6))))
    return norm
  }
}
