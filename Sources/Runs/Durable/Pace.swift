internal import Fitting

/// How fast a fit goes. Looks at the clock every few steps only, so that it costs the steps nothing.
public struct Pace: Sendable {
  /// Tokens of a step, over all workers; the mean, where an epoch's last step has fewer.
  private let tokensPerStep: Double
  /// The step that the fit starts behind.
  private let firstStep: Int
  private let start: ContinuousClock.Instant
  /// When the clock was looked at last, behind which step, and behind which it will be next.
  private var lastLook: (time: ContinuousClock.Instant, step: Int)
  private var nextLook: Int
  /// Where the stretch begins whose speed is measured.
  private var stretch: (time: ContinuousClock.Instant, step: Int)
  /// Tokens in a second over the last stretch; 0 before the first steps.
  public private(set) var tokensPerSecond = 0.0
  /// The speeds of the stretches since they were taken last.
  private var speeds: [SpeedRecord] = []

  /// The seconds between two looks that are aimed at: a terminal is drawn ten times a second, on time to a fifth.
  private static let lookEvery = 0.02
  /// The shortest stretch within an epoch.
  private static let stretchLength = Duration.seconds(1)

  /// A fit that starts behind `firstStep` at `time`.
  package init(tokensPerStep: Double, firstStep: Int, at time: ContinuousClock.Instant) {
    self.tokensPerStep = tokensPerStep
    self.firstStep = firstStep
    start = time
    lastLook = (time, firstStep)
    stretch = lastLook
    nextLook = firstStep + 1
  }

  /// Whether the clock is to be looked at behind this step.
  func isDue(_ step: Int) -> Bool { step >= nextLook }

  /// Takes the time behind a step.
  package mutating func look(_ step: Int, at time: ContinuousClock.Instant) {
    let steps = Double(step - lastLook.step)
    let seconds = max((time - lastLook.time) / .seconds(1), 1e-9)
    // At most twice as far as last time, so that one quick step doesn't hide the next, slow ones.
    let stride = max(1, min(Self.lookEvery / seconds * steps, 2 * steps, 1e6))
    lastLook = (time, step)
    nextLook = step + Int(stride)
    // The first stretch is told of before its end.
    if time - start < Self.stretchLength { measure() }
    if time - stretch.time >= Self.stretchLength { endStretch() }
  }

  /// Ends a stretch behind an epoch's last step; what follows, until `goOn(at:)`, is no training.
  mutating func endEpoch(_ step: Int, at time: ContinuousClock.Instant) {
    lastLook = (time, step)
    endStretch()
  }

  /// Goes on behind a validation.
  mutating func goOn(at time: ContinuousClock.Instant) {
    lastLook.time = time
    stretch = lastLook
  }

  /// Ends the stretch under way where it stands.
  mutating func finish() { endStretch() }

  /// Seconds that the steps up to `last` will take at the mean speed so far, validations among them; nil before the
  /// first step.
  public func secondsLeft(to last: Int) -> Double? {
    let done = lastLook.step - firstStep
    guard done > 0 else { return nil }
    return (lastLook.time - start) / .seconds(1) / Double(done) * Double(max(0, last - lastLook.step))
  }

  /// The speeds measured since they were taken last.
  mutating func takeSpeeds() -> [SpeedRecord] {
    defer { speeds.removeAll() }
    return speeds
  }

  /// The speed from the stretch's start to the last look.
  private mutating func measure() {
    let steps = lastLook.step - stretch.step
    let seconds = (lastLook.time - stretch.time) / .seconds(1)
    if steps > 0, seconds > 0 { tokensPerSecond = Double(steps) * tokensPerStep / seconds }
  }

  private mutating func endStretch() {
    measure()
    if lastLook.step > stretch.step {
      speeds.append(SpeedRecord(step: lastLook.step, tokensPerSecond: tokensPerSecond))
    }
    stretch = lastLook
  }
}
