private import Kernels

/// fastai's 1cycle policy: a pure function of the step.
///
/// Over the first ⌊pctStart·steps⌋ steps the learning rate rises by a cosine from maximum/divFactor to the maximum
/// while the momentum falls; over the rest the rate falls to maximum/(divFactor·1e4) and the momentum rises again.
public struct OneCycle: Sendable, Equatable {
  /// Steps in all.
  public let steps: Int
  /// The highest learning rate.
  public let maximum: Double
  /// Share of the steps that rise.
  public let pctStart: Double
  /// The first rate is maximum / divFactor.
  public let divFactor: Double
  /// Momentum at the ends and at the peak.
  public let momenta: (ends: Double, peak: Double)

  /// Takes the whole run's number of steps and the policy's settings.
  public init(
    steps: Int, maximum: Double, pctStart: Double = 0.3, divFactor: Double = 25,
    momenta: (ends: Double, peak: Double) = (0.95, 0.85)
  ) {
    self.steps = steps
    self.maximum = maximum
    self.pctStart = pctStart
    self.divFactor = divFactor
    self.momenta = momenta
  }

  /// Learning rate and momentum of `step`, counted from 0.
  public func callAsFunction(_ step: Int) -> (learningRate: Double, momentum: Double) {
    let rising = Int(Double(steps) * pctStart)
    if step < rising {
      let share = Double(step) / Double(rising)
      return (
        Self.anneal(from: maximum / divFactor, to: maximum, share),
        Self.anneal(from: momenta.ends, to: momenta.peak, share)
      )
    }
    let share = Double(step - rising) / Double(max(steps - rising, 1))
    return (
      Self.anneal(from: maximum, to: maximum / (divFactor * 1e4), share),
      Self.anneal(from: momenta.peak, to: momenta.ends, share)
    )
  }

  /// Half a period of a cosine from `start` to `end`.
  static func anneal(from start: Double, to end: Double, _ share: Double) -> Double {
    end + (start - end) / 2 * (cosine(ofPiTimes: share) + 1)
  }

  /// Equal in every setting.
  public static func == (a: Self, b: Self) -> Bool {
    a.steps == b.steps && a.maximum == b.maximum && a.pctStart == b.pctStart && a.divFactor == b.divFactor
      && a.momenta == b.momenta
  }
}

/// fastai's smoothed loss: an exponential mean with β = 0.98, divided by 1 − βⁿ.
public struct SmoothedLoss: Sendable, Equatable {
  /// The exponential mean before its correction.
  private(set) package var mean = 0.0
  /// βⁿ after n losses.
  private(set) package var power = 1.0

  /// Starts without losses.
  public init() {}

  /// Goes on from where another has stopped.
  package init(mean: Double, power: Double) {
    self.mean = mean
    self.power = power
  }

  /// The smoothed loss; not a number before the first.
  package var value: Double { mean / (1 - power) }

  /// Takes one more loss and returns the smoothed one.
  public mutating func add(_ loss: Double) -> Double {
    mean = 0.98 * mean + 0.02 * loss
    power *= 0.98
    return value
  }
}
