internal import Training

/// Shows how far a fit has come: on a terminal by one line that is redrawn, elsewhere by a plain line now and then.
///
/// Training never waits for it: a terminal that wouldn't take a line at once isn't given one.
struct FitProgress {
  /// The fit's last step.
  private let steps: Int
  private let terminal: Terminal?
  private var last: ContinuousClock.Instant
  private var isShown = false

  /// - time: when the fit starts; on a terminal the first line comes a tenth of a second later, elsewhere ten seconds.
  init(steps: Int, terminal: Terminal?, at time: ContinuousClock.Instant) {
    self.steps = steps
    self.terminal = terminal
    last = time
  }

  /// Shows a step if it is time to.
  mutating func tell(_ record: StepRecord, _ pace: Pace, at time: ContinuousClock.Instant) {
    guard time - last >= (terminal == nil ? .seconds(10) : .milliseconds(100)) else { return }
    last = time
    // A reader who is behind has no use for old progress.
    guard StandardOutput.isTaken else { return }
    let text = ProgressText(record, steps: steps, pace)
    guard let terminal else {
      printLine(text.line())
      return
    }
    guard Terminal.isReady(1) else { return }
    PassingLine.set(true)
    isShown = true
    // A line that fills the last column would make some terminals go on to the next.
    let line = text.line(width: terminal.columns - 1)
    StandardOutput.write(PassingLine.eraser + (Terminal.hasColors ? "\u{1B}[2m\(line)\u{1B}[22m" : line))
  }

  /// Erases the line, so that others can be printed.
  mutating func clear() {
    guard isShown else { return }
    isShown = false
    PassingLine.set(false)
    StandardOutput.write(PassingLine.eraser)
  }
}

/// Prints a line without buffering it, to a file or a pipe too.
func printLine(_ line: String) { StandardOutput.write(line + "\n") }
