internal import Files
internal import Optimization

extension FitState {
  /// The state as checkpoints keep it, with the numbers beside it.
  func json(updates: Int, learningRate: Double, metricsLength: Int) -> JSONValue {
    .object([
      ("step", .integer(step)), ("updates", .integer(updates)), ("awaits_validation", .bool(awaitsValidation)),
      ("smoothed_mean", .number(smoothed.mean)), ("smoothed_power", .number(smoothed.power)),
      ("best_valid_loss", bestValidLoss.map { .number($0) } ?? .null), ("best_step", .integer(bestStep)),
      ("learning_rate", .number(learningRate)), ("metrics_bytes", .integer(metricsLength)),
    ])
  }

  /// Nil for what isn't such a state.
  init?(json: JSONValue) {
    guard case .integer(let step)? = json["step"], case .bool(let awaits)? = json["awaits_validation"],
      case .number(let mean)? = json["smoothed_mean"], case .number(let power)? = json["smoothed_power"],
      case .integer(let bestStep)? = json["best_step"], step >= 0
    else { return nil }
    self.init()
    self.step = step
    awaitsValidation = awaits
    smoothed = SmoothedLoss(mean: mean, power: power)
    if case .number(let best)? = json["best_valid_loss"] { bestValidLoss = best }
    self.bestStep = bestStep
  }
}
