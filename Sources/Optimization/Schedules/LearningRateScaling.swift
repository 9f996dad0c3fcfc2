internal import Kernels

/// How a learning rate that is known to be good at one batch size is carried over to another.
public enum LearningRateScaling: String, Sendable, CaseIterable {
  /// As it is.
  case none
  /// In proportion to the batch size (Goyal et al. 2017, for SGD).
  case linear
  /// In proportion to the batch size's square root, as the gradient's noise falls (Krizhevsky 2014; for Adam, Malladi
  /// et al. 2022).
  case sqrt

  /// The rate at `batchSize` streams that goes with `rate` at `base`.
  public func callAsFunction(_ rate: Double, batchSize: Int, base: Int) -> Double {
    let factor = Double(batchSize) / Double(base)
    return switch self {
    case .none: rate
    case .linear: rate * factor
    case .sqrt: rate * factor.squareRoot()
    }
  }
}
