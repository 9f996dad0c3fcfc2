internal import Optimization

/// How far a fit has come, apart from what the trainer holds: enough to go on from any step.
public struct FitState: Sendable, Equatable {
  /// Steps done, those left out as not finite included.
  public var step = 0
  /// Whether the epoch that ended with `step` still lacks its validation.
  public var awaitsValidation = false
  /// The recorded train loss.
  var smoothed = SmoothedLoss()
  /// The lowest validation loss so far; nil before the first.
  public var bestValidLoss: Double?
  /// The step at which it was measured; 0 before the first.
  public var bestStep = 0

  /// Nothing done.
  public init() {}
}

/// How a fit has ended.
public enum FitEnd: Sendable, Equatable {
  /// By its plan.
  case finished
  /// Because some worker was asked to stop, after this many steps.
  case stopped(step: Int)
}
