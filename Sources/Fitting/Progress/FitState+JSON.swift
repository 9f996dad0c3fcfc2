internal import Configuration
internal import Files
internal import Optimization

extension FitState {
  /// The state as checkpoints keep it, with the numbers beside it.
  func json(updates: Int, learningRate: Double, metricsLength: Int) -> JSONValue {
    let judgesByLoss = monitor == .validLoss
    let figure: JSONValue = best.map { .number($0) } ?? .null
    var members: [(name: String, value: JSONValue)] = [
      ("step", .integer(step)), ("updates", .integer(updates)), ("awaits_validation", .bool(awaitsValidation)),
      ("smoothed_mean", .number(smoothed.mean)), ("smoothed_power", .number(smoothed.power)),
      ("best_valid_loss", judgesByLoss ? figure : .null), ("best_step", .integer(bestStep)),
      ("learning_rate", .number(learningRate)), ("metrics_bytes", .integer(metricsLength)),
    ]
    if !judgesByLoss { members.append(("best_\(monitor.name)", figure)) }
    if rateFactor != 1 { members.append(("rate_factor", .number(rateFactor))) }
    if let endReason { members.append(("ended", .string(endReason))) }
    if !callbacks.isEmpty { members.append(("callbacks", .object(callbacks.map { ($0.name, $0.state) }))) }
    return .object(members)
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
    guard case .object(let members) = json else { return nil }
    // The loss comes first, and is null where another figure follows.
    for (member, value) in members where member.hasPrefix("best_") && member != "best_step" {
      let name = String(member.dropFirst("best_".count))
      // Of a metric of one's own, the plan knows the direction.
      monitor = MonitoredFigure(text: name) ?? MonitoredFigure(name, lowerIsBetter: false)
      if case .number(let number) = value { best = number }
    }
    self.bestStep = bestStep
    switch json["rate_factor"] {
    case .number(let factor): rateFactor = factor
    case nil: break
    default: return nil
    }
    if case .string(let reason)? = json["ended"] { endReason = reason }
    if case .object(let kept)? = json["callbacks"] { callbacks = kept.map { Kept(name: $0.name, state: $0.value) } }
  }
}
