public import Configuration

extension RunConfiguration {
  /// The callbacks that the options ask for.
  package func makeCallbacks() -> [any FitCallback] {
    var callbacks: [any FitCallback] = []
    if let plateauPatience {
      callbacks.append(ReduceRateOnPlateau(patience: plateauPatience, factor: plateauFactor))
    }
    if let patience { callbacks.append(EarlyStopping(patience: patience, figure: monitor)) }
    return callbacks
  }
}

extension MonitoredFigure {
  /// The figure of a metric of a learner.
  public init(_ metric: Metric) {
    if metric.isAccuracy { self = .accuracy } else { self.init(metric.name, lowerIsBetter: metric.lowerIsBetter) }
  }

  /// The figure of a validation; not a number where it has none of that name.
  package func value(of epoch: EpochRecord) -> Double {
    switch self {
    case .validLoss: epoch.validLoss
    case .accuracy: epoch.accuracy
    default: epoch.metrics.first { $0.name == name }?.value ?? .nan
    }
  }
}
