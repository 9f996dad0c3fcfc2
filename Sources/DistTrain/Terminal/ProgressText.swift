internal import Training

/// One line about a fit under way, as wide as there is room.
///
///     epoch 17  step 704/1600  loss 1.4028  lr 0.000905  3.18M tokens/s  00:01 left
struct ProgressText {
  /// What there is to show, each with how soon it gives way where there is no room, the highest first.
  private let parts: [(text: String, givesWay: Int)]

  /// The line about the step done last, of `steps`. The first epoch is 0, as in the table.
  init(_ record: StepRecord, steps: Int, _ pace: Pace) {
    var parts = [
      ("epoch \(record.epoch - 1)", 2), ("step \(record.step)/\(steps)", 0),
      ("loss \(NumberText.fixed(record.smoothedLoss, decimals: 4))", 1),
      ("lr \(NumberText.significant(record.learningRate))", 5),
      ("\(Self.short(pace.tokensPerSecond)) tokens/s", 4),
    ]
    if let seconds = pace.secondsLeft(to: steps) { parts.append(("\(Self.time(seconds)) left", 3)) }
    self.parts = parts.map { (text: $0.0, givesWay: $0.1) }
  }

  /// As many of the parts as fit into `width` characters; all of them where it is nil.
  func line(width: Int? = nil) -> String {
    var shown = parts
    func text() -> String { shown.map(\.text).joined(separator: "  ") }
    guard let width else { return text() }
    while shown.count > 1, text().count > width,
      let first = shown.indices.max(by: { shown[$0].givesWay < shown[$1].givesWay })
    {
      shown.remove(at: first)
    }
    return String(text().prefix(max(0, width)))
  }

  /// A count in three digits: "870", "12.3k", "2.21M", "1.04G".
  static func short(_ value: Double) -> String {
    guard value.isFinite, value >= 0, value < 1e15 else { return "\(value)" }
    var (value, unit) = (value, "")
    for next in ["k", "M", "G", "T"] where value >= 999.5 { (value, unit) = (value / 1000, next) }
    let decimals = unit.isEmpty || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
    return NumberText.fixed(value, decimals: decimals) + unit
  }

  /// Minutes and seconds, from an hour on hours before them: "00:12", "1:02:12".
  static func time(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "?" }
    let whole = Int(seconds.rounded(.up))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let hours = whole / 3600
    return (hours > 0 ? "\(hours):" : "") + "\(two(whole / 60 % 60)):\(two(whole % 60))"
  }
}
