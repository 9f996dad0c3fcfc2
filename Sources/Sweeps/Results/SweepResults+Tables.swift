internal import Configuration
internal import Files

extension SweepResults {
  private static let figures: [(name: String, value: @Sendable (RunOutcome) -> Double)] = [
    ("train_loss", { $0.digest != nil ? $0.trainLoss : .nan }), ("valid_loss", { $0.validLoss }),
    ("accuracy", { $0.accuracy }),
  ]

  /// The table for a reader, its header first: a row for each variant, with mean ± standard deviation over its seeds.
  /// The best is marked.
  public var rows: [[String]] {
    let columns = columns
    let best = best
    let someFailed = variants.contains { $0.failed > 0 }
    var header = [""]
    header += columns.map { plan.options[$0] }
    header += someFailed ? ["runs", "failed"] : ["runs"]
    header += Self.figures.map(\.name)
    header.append("seconds")
    var rows = [header]
    for (number, variant) in variants.enumerated() {
      var row = [number == best ? "*" : ""]
      row += columns.map { variant.values[$0] }
      row.append("\(variant.finished)")
      if someFailed { row.append(variant.failed == 0 ? "" : "\(variant.failed)") }
      for figure in Self.figures { row.append(Self.text(variant.spread(figure.value))) }
      row.append(variant.runs.isEmpty ? "" : NumberText.fixed(variant.spread(\.seconds).mean, decimals: 2))
      rows.append(row)
    }
    return rows
  }

  private static func text(_ spread: Spread) -> String {
    if spread.count == 0 { return "" }
    let mean = NumberText.fixed(spread.mean, decimals: 4)
    return spread.count < 2 ? mean : "\(mean) ± \(NumberText.fixed(spread.deviation, decimals: 4))"
  }

  /// The table as text, its columns one below another.
  public var text: String {
    let rows = rows
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (cell, width) in zip(row, widths) where width > 0 {
        line += cell + String(repeating: " ", count: width - cell.count + 2)
      }
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }

  /// The failed runs, a line each: what has become of them.
  public var failures: [String] {
    variants.flatMap { variant in
      variant.runs.compactMap { run, outcome in
        if case .failed(let error) = outcome.end { "\(run.name): \(error)" } else { nil }
      }
    }
  }

  /// `table.csv`: a line for each variant. Numbers read back to the same bits; of what isn't there is nothing.
  var tableCSV: String {
    var header = plan.options
    header += ["runs", "failed"]
    for figure in Self.figures { header += ["\(figure.name)_mean", "\(figure.name)_sd"] }
    header += ["seconds_mean", "best"]
    let best = best
    var rows = [header]
    for (number, variant) in variants.enumerated() {
      var row = variant.values
      row += ["\(variant.finished)", "\(variant.failed)"]
      for figure in Self.figures {
        let spread = variant.spread(figure.value)
        row += [Self.exact(spread.mean), Self.exact(spread.deviation)]
      }
      row += [Self.exact(variant.spread(\.seconds).mean), number == best ? "1" : "0"]
      rows.append(row)
    }
    return Self.csv(rows)
  }

  /// `runs.csv`: a line for each run that is done.
  var runsCSV: String {
    var header = ["run"]
    header += plan.options
    header += ["seed", "status", "steps"]
    header += Self.figures.map(\.name)
    header += ["seconds", "digest", "error"]
    var rows = [header]
    for variant in variants {
      for (run, outcome) in variant.runs {
        var error = ""
        if case .failed(let text) = outcome.end { error = text }
        var row = [run.name]
        row += variant.values
        row += ["\(run.configuration.seed)", outcome.digest == nil ? "failed" : "finished", "\(outcome.steps)"]
        for figure in Self.figures { row.append(Self.exact(figure.value(outcome))) }
        row += [Self.exact(outcome.seconds), outcome.digest ?? "", error]
        rows.append(row)
      }
    }
    return Self.csv(rows)
  }

  private static func exact(_ value: Double) -> String { value.isNaN ? "" : NumberText.exact(value) }

  private static func csv(_ rows: [[String]]) -> String {
    rows.map { row in
      row.map { cell in
        cell.contains { ",\"\n\r".contains($0) } ? "\"\(cell.replacing("\"", with: "\"\""))\"" : cell
      }.joined(separator: ",") + "\n"
    }.joined()
  }
}
