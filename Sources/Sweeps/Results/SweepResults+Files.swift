internal import Configuration
public import Files
internal import Reports

extension SweepResults {
  /// Writes the tables and the page into the sweep's directory.
  ///
  /// - summary: of the work that is over.
  public func write(to directory: SweepDirectory, _ summary: SweepSummary) throws(RunError) {
    try directory.write(tableCSV, as: .table)
    try directory.write(runsCSV, as: .runs)
    try directory.write(page(summary), as: .report)
  }

  private func page(_ summary: SweepSummary) -> String {
    var facts: [(name: String, value: String)] = [
      ("runs", "\(variants.reduce(0) { $0 + $1.runs.count }) of \(plan.runs.count)"), ("variants", "\(variants.count)"),
    ]
    if let best {
      facts.append(("best", name(best)))
      facts.append(
        ("its \(plan.judge.name)", NumberText.fixed(judged(variants[best]), decimals: 4)))
    }
    // A launch that finds all done has no figures of its own.
    if summary.busySeconds > 0 {
      facts.append(("seconds of work", NumberText.fixed(summary.seconds, decimals: 1)))
      facts.append(("workers busy", "\(NumberText.fixed(100 * summary.efficiency, decimals: 1)) %"))
    }
    let title = "Sweep of \(plan.file)"
    var body = "<h1>\(PlainText.escapedForXML(title))</h1>\n" + HTMLPage.list(facts, class: "facts")
    body += section("Results", HTMLPage.table(table.rows, class: "numbers"))
    let note = "Mean ± standard deviation over the seeds; * marks the best by \(plan.judge.name)."
    body += "<p class=\"muted\">\(note)</p>\n"
    if !ranking.isEmpty {
      body += section("Curves", HTMLPage.plots(curves))
      var pictures = parallelCoordinates.svg(width: 1000, height: 420)
      if let heatMap { pictures = heatMap.svg(width: 1000) + pictures }
      body += section("Options", "<div class=\"pictures\">\(pictures)</div>\n")
    }
    if !failures.isEmpty {
      body += section("Failed runs", HTMLPage.table([["run and error"]] + failures.map { [$0] }, class: "texts"))
    }
    body += "<p class=\"muted\">This sweep again: dist-train sweep \(PlainText.escapedForXML(plan.file))</p>\n"
    return HTMLPage.start("made by dist-train") + HTMLPage.document(title: title, body)
  }

  private func section(_ title: String, _ content: String) -> String {
    "<section>\n<h2>\(title)</h2>\n\(content)</section>\n"
  }
}
