public import Configuration
public import Files
internal import Optimization

/// How far a fit has come, apart from what the trainer holds: enough to go on from any step.
public struct FitState: Sendable, Equatable {
  /// Steps done, those left out as not finite included.
  public var step = 0
  /// Whether the epoch that ended with `step` still lacks its validation.
  public var awaitsValidation = false
  /// The recorded train loss.
  var smoothed = SmoothedLoss()
  /// What the best validation was judged by.
  public var monitor = MonitoredFigure.validLoss
  /// The monitored figure of the best validation so far; nil before the first.
  public var best: Double?
  /// The step at which it was measured; 0 before the first.
  public var bestStep = 0
  /// What callbacks have the rates of the schedule multiplied by.
  public var rateFactor = 1.0
  /// Why a callback has ended the fit; nil where none has.
  public var endReason: String?
  /// What callbacks need to go on, on worker 0.
  public var callbacks: [Kept] = []

  /// A callback's state by its name.
  public struct Kept: Sendable, Equatable {
    /// The callback's name.
    public var name: String
    /// Its state; null for none.
    public var state: JSONValue
  }

  /// Nothing done.
  public init() {}
}

/// How a fit has ended.
public enum FitEnd: Sendable, Equatable {
  /// By its plan.
  case finished
  /// By a callback's decision, after this many steps.
  case ended(step: Int, reason: String)
  /// Because some worker was asked to stop, after this many steps.
  case stopped(step: Int)
}

extension FitState {
  /// The state for a plan that may judge by another figure than before: there is no best one of that yet.
  func judged(by monitor: MonitoredFigure) -> FitState {
    var state = self
    state.monitor = monitor
    if monitor != self.monitor { (state.best, state.bestStep) = (nil, 0) }
    return state
  }
}
