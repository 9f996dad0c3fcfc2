internal import Configuration
internal import Files

extension SweepResults {
  /// The figures of a line, by name.
  private var columnFigures: [(name: String, value: (RunOutcome) -> Double)] {
    [("train_loss", { $0.digest != nil ? $0.trainLoss : .nan })]
      + figures.map { figure in (figure.name, { $0.value(of: figure) }) }
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
    let figures = columnFigures
    var header = plan.options
    header += ["runs", "failed"]
    for figure in figures { header += ["\(figure.name)_mean", "\(figure.name)_sd"] }
    header += ["seconds_mean", "best"]
    let best = best
    var rows = [header]
    for (number, variant) in variants.enumerated() {
      var row = variant.values
      row += ["\(variant.finished)", "\(variant.failed)"]
      for figure in figures {
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
    let figures = columnFigures
    var header = ["run"]
    header += plan.options
    header += ["seed", "status", "steps"]
    header += figures.map(\.name)
    header += ["seconds", "digest", "error"]
    var rows = [header]
    for variant in variants {
      for (run, outcome) in variant.runs {
        var error = ""
        if case .failed(let text) = outcome.end { error = text }
        var row = [run.name]
        row += variant.values
        row += ["\(run.configuration.seed)", outcome.digest == nil ? "failed" : "finished", "\(outcome.steps)"]
        for figure in figures { row.append(Self.exact(figure.value(outcome))) }
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
