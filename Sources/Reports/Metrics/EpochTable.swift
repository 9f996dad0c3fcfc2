internal import Files
public import Fitting

/// fastai's table of a fit as plain text: a header, then one row for each finished epoch, each printable at once.
///
///     epoch     train_loss  valid_loss  accuracy  time
///     0         2.931474    2.468735    0.204811  00:00.06
///
/// A star behind a row says that its validation is the best so far. Where there is too little room columns come closer;
/// then those are left out that say least: time, train_loss, the metrics.
public struct EpochTable: Sendable {
  /// The header's words, the metrics' names between `valid_loss` and `time`.
  public let columns: [String]
  /// Indices of the columns that are shown, and the blanks between them at least.
  private let shown: [Int]
  private let gap: Int
  /// Characters of a line at most.
  private let width: Int?

  /// A table with the columns epoch, train_loss, valid_loss, one for each of `metrics`, time.
  ///
  /// - width: characters of a line at most; nil for any number. Two columns are always shown.
  public init(metrics: [String] = ["accuracy"], width: Int? = nil) {
    let columns = ["epoch", "train_loss", "valid_loss"] + metrics + ["time"]
    var shown = Array(columns.indices)
    var gap = 2
    if let width, Self.width(of: columns, gap: gap) > width {
      gap = 1
      var leavingOut = [columns.count - 1, 1] + (3..<(columns.count - 1)).reversed()
      while Self.width(of: shown.map { columns[$0] }, gap: gap) > width, !leavingOut.isEmpty {
        let column = leavingOut.removeFirst()
        shown.removeAll { $0 == column }
      }
    }
    (self.columns, self.shown, self.gap, self.width) = (columns, shown, gap, width)
  }

  /// Characters of a line; a time has eight.
  private static func width(of columns: [String], gap: Int) -> Int {
    columns.map { Self.width(of: $0, gap: gap) }.reduce(0, +) + gap * (columns.count - 1)
  }

  /// Characters of a column without the blanks after it. Eight hold a loss below 10 with six decimals.
  private static func width(of column: String, gap: Int) -> Int {
    gap < 2 && column == "epoch" ? column.count : max(column.count, 8)
  }

  /// The first line, without a line break.
  public var header: String { line(columns) }

  /// The row of a finished epoch, without a line break. The first epoch, 1 in the records, is row 0, as fastai counts.
  ///
  /// - metrics: one for each of the table's; isBest: whether the validation is the best so far; a star says so, where
  ///   there is room.
  public func row(_ record: EpochRecord, metrics: [Metric], isBest: Bool = false) -> String {
    let row = row(
      epoch: record.epoch - 1, trainLoss: record.trainLoss, validLoss: record.validLoss,
      metrics: metrics.map { record.value(of: $0) }, seconds: record.seconds)
    return isBest && row.count + 2 <= width ?? .max ? row + " *" : row
  }

  /// The row of a finished epoch, without a line break: losses and metrics with six decimals.
  ///
  /// `epoch` is printed as given; `metrics` has one value for each metric's column.
  private func row(epoch: Int, trainLoss: Double, validLoss: Double, metrics: [Double], seconds: Double) -> String {
    precondition(metrics.count == columns.count - 4, "\(metrics.count) metrics for \(columns.count - 4) columns")
    let numbers = ([trainLoss, validLoss] + metrics).map { NumberText.fixed($0, decimals: 6) }
    return line(["\(epoch)"] + numbers + [Self.time(seconds)])
  }

  /// `seconds` as minutes and seconds, `mm:ss.hh`, from an hour on `h:mm:ss.hh`.
  ///
  /// fastai prints whole seconds; an epoch here takes hundredths.
  public static func time(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "\(seconds)" }
    let hundredths = Int((seconds * 100).rounded())
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let hours = hundredths / 360_000
    let minutes = two(hundredths / 6000 % 60)
    let rest = "\(two(hundredths / 100 % 60)).\(two(hundredths % 100))"
    return hours > 0 ? "\(hours):\(minutes):\(rest)" : "\(minutes):\(rest)"
  }

  /// The shown ones of `cells` side by side, each padded to its column; the last one isn't.
  private func line(_ cells: [String]) -> String {
    var text = ""
    for index in shown {
      text += cells[index]
      guard index != shown.last else { break }
      let width = Self.width(of: columns[index], gap: gap) + gap
      text += String(repeating: " ", count: max(1, width - cells[index].count))
    }
    return text
  }
}
