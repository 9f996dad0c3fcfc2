internal import Training

internal import Platform

/// One line on standard error that shows how far work on bytes has come, how fast it goes and how long it will take;
/// nothing where standard error is no terminal, or one that can't redraw a line.
struct ProgressBar {
  private let terminal: Terminal?
  private let clock = ContinuousClock()
  private var name = ""
  /// When the work of this name began: when that of the previous name was last shown.
  private var start: ContinuousClock.Instant
  private var last: ContinuousClock.Instant
  private var hasLine = false

  /// - isShown: false for no line, on a terminal too.
  init(isShown: Bool) {
    terminal = isShown ? Terminal.standardError : nil
    start = clock.now
    last = start
  }

  /// Shows the state of the work of this name.
  mutating func show(_ name: String, _ bytes: Int, of total: Int) {
    if name != self.name {
      self.name = name
      start = last
    }
    last = clock.now
    // The work doesn't wait for a terminal that is stopped.
    guard let terminal, Terminal.isReady(2) else { return }
    let seconds = (last - start) / .seconds(1)
    hasLine = true
    // A line that fills the last column would make some terminals go on to the next.
    let width = terminal.columns - 1
    send(PassingLine.eraser + Self.line(name, bytes, of: total, seconds: seconds, width: width))
  }

  /// Erases the line.
  mutating func end() {
    if hasLine { send(PassingLine.eraser) }
    hasLine = false
  }

  /// "counting [#####     ]  50 %  120 MB/s  00:12 left", of at most `width` characters: the bar is as long as there is
  /// room, 24 at most; where less than 4 are left of it, bar, speed and time give way one after the other.
  static func line(_ name: String, _ bytes: Int, of total: Int, seconds: Double, width: Int = .max) -> String {
    let share = min(1, Double(bytes) / Double(max(1, total)))
    let speed = seconds > 0 ? Double(bytes) / seconds : 0
    let left = speed > 0 ? Int((Double(total - bytes) / speed).rounded(.up)) : 0
    func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let percent = "\(Int(100 * share)) %"
    let figures = [
      "\(NumberText.fixed(speed / 1e6, decimals: 0)) MB/s", "\(twoDigits(left / 60)):\(twoDigits(left % 60)) left",
    ]
    let rest = ([percent] + figures).joined(separator: "  ")
    let room = min(24, width - name.count - rest.count - 4)
    if room >= 4 {
      let filled = Int(Double(room) * share)
      let bar = String(repeating: "#", count: filled) + String(repeating: " ", count: room - filled)
      return "\(name) [\(bar)] \(rest)"
    }
    let choices = [rest, "\(percent)  \(figures[1])", percent].map { "\(name) \($0)" }
    return choices.first { $0.count <= width } ?? String(percent.prefix(max(0, width)))
  }

  private func send(_ text: String) {
    // Standard error isn't buffered; that a write fails doesn't matter.
    _ = unsafe text.withCString { unsafe write(2, $0, strlen($0)) }
  }
}
