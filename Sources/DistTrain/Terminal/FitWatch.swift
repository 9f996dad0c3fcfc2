internal import Training

/// What worker 0 does by the clock while a fit runs: tells how far it has come, measures its speed, says when metrics
/// are to be written.
struct FitWatch {
  private let clock = ContinuousClock()
  private let stepsPerEpoch: Int
  private var pace: Pace
  private var progress: FitProgress?
  private var lastWritten: ContinuousClock.Instant

  /// Metrics wait at most about so long for their file, whoever reads it while the run goes on.
  private static let writeEvery = Duration.seconds(2)

  /// - firstStep: the step that the fit starts behind; steps: its last one; isTold: whether standard output is told of
  ///   it.
  init(_ session: Session, firstStep: Int, steps: Int, isTold: Bool) {
    let now = clock.now
    stepsPerEpoch = session.stepsPerEpoch
    pace = Pace(
      tokensPerStep: Double(session.tokensPerEpoch) / Double(session.stepsPerEpoch), firstStep: firstStep, at: now)
    progress = isTold ? FitProgress(steps: steps, terminal: Terminal.standardOutput, at: now) : nil
    lastWritten = now
  }

  /// Behind each step. Returns whether it is time to write the metrics.
  mutating func step(_ record: StepRecord) -> Bool {
    let endsEpoch = record.step % stepsPerEpoch == 0
    guard endsEpoch || pace.isDue(record.step) else { return false }
    let now = clock.now
    if endsEpoch { pace.endEpoch(record.step, at: now) } else { pace.look(record.step, at: now) }
    progress?.tell(record, pace, at: now)
    guard now - lastWritten >= Self.writeEvery else { return false }
    lastWritten = now
    return true
  }

  /// Behind each epoch's validation.
  mutating func epoch() {
    pace.goOn(at: clock.now)
    clear()
  }

  /// Behind the fit's last step.
  mutating func finish() { pace.finish() }

  /// Leaves standard output to others.
  mutating func clear() { progress?.clear() }

  /// The speeds measured since they were taken last.
  mutating func takeSpeeds() -> [SpeedRecord] { pace.takeSpeeds() }
}
