internal import Training

internal import Platform

/// One line on standard error that tells how far work on bytes has come, how fast it goes and how long it will take; nothing
/// where standard error is no terminal.
struct ProgressBar {
  private let isShown: Bool
  private let clock = ContinuousClock()
  private var name = ""
  /// When the work of this name began: where that of the name before was last seen.
  private var start: ContinuousClock.Instant
  private var last: ContinuousClock.Instant
  private var hasLine = false

  /// - isShown: false for no line, on a terminal too.
  init(isShown: Bool) {
    self.isShown = isShown && isatty(2) == 1
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
    guard isShown else { return }
    let seconds = (last - start) / .seconds(1)
    hasLine = true
    write("\r\u{1B}[K" + Self.line(name, bytes, of: total, seconds: seconds))
  }

  /// Takes the line away.
  mutating func end() {
    if hasLine { write("\r\u{1B}[K") }
    hasLine = false
  }

  /// "counting [#####     ]  50 %  120 MB/s  00:12 left"
  static func line(_ name: String, _ bytes: Int, of total: Int, seconds: Double) -> String {
    let share = Double(bytes) / Double(max(1, total))
    let filled = Int(24 * share)
    let bar = String(repeating: "#", count: filled) + String(repeating: " ", count: 24 - filled)
    let speed = seconds > 0 ? Double(bytes) / seconds : 0
    let left = speed > 0 ? Int((Double(total - bytes) / speed).rounded(.up)) : 0
    func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(name) [\(bar)] \(Int(100 * share)) %  \(NumberText.fixed(speed / 1e6, decimals: 0)) MB/s  "
      + "\(twoDigits(left / 60)):\(twoDigits(left % 60)) left"
  }

  private func write(_ text: String) {
    // Standard error isn't buffered; what can't be written is of no matter.
    _ = unsafe text.withCString { unsafe Glibc.write(2, $0, strlen($0)) }
  }
}
