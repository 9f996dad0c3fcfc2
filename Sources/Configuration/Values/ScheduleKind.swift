package import Files

/// How learning rate and momentum go with the steps.
public enum ScheduleKind: String, Sendable, CaseIterable {
  /// fastai's 1cycle.
  case oneCycle = "one-cycle"
  /// The maximum for a share of the steps, then a cosine down to almost nothing: fastai's `fit_flat_cos`.
  case flatCosine = "flat-cosine"
  /// The same rate in all steps, if need be after a linear warm-up.
  case constant

  /// Default of the share of steps in which the rate rises, or stays.
  var pctStart: Double {
    switch self {
    case .oneCycle: 0.3
    case .flatCosine: 0.75
    case .constant: 0
    }
  }

  /// Default of the momenta.
  var momenta: (ends: Double, peak: Double) { self == .oneCycle ? (0.95, 0.85) : (0.9, 0.9) }
}

extension ScheduleKind: TextualOptionValue {}

extension RunConfiguration {
  /// The schedule; another one comes with its own defaults.
  package var scheduleKind: ScheduleKind {
    get { schedule }
    set {
      guard newValue != schedule else { return }
      schedule = newValue
      (pctStart, momenta) = (newValue.pctStart, newValue.momenta)
    }
  }

  /// Throws a usage error for two momenta of a schedule that has one.
  package func checkSchedule() throws(RunError) {
    guard schedule != .oneCycle, momenta.ends != momenta.peak else { return }
    throw RunError(
      "\(schedule.rawValue) has one momentum", at: "--moms \(momentumRange.text)",
      remedy: "give it twice, as 0.9,0.9", status: .usage)
  }
}
