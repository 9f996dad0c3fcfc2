package import Configuration

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
  /// The figure of a validation.
  package func value(of epoch: EpochRecord) -> Double {
    switch self {
    case .validLoss: epoch.validLoss
    case .accuracy: epoch.accuracy
    }
  }
}
