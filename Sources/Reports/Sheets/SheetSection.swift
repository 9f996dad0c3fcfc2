internal import Benchmarks
internal import Files

/// One machine's part of the page: facts, pictures, and a table with the command behind each figure.
struct SheetSection {
  private let sheet: BenchmarkSheet
  private let title: String

  /// - number: the machine's among several; nil for the only one.
  init(_ sheet: BenchmarkSheet, number: Int?) {
    self.sheet = sheet
    title = (number.map { "Machine \($0): " } ?? "") + MachineSheet.name(sheet)
  }

  var html: String {
    let (facts, plots) = (MachineSheet(sheet), SheetPlots(sheet))
    var text = "<h3>The machine</h3>\n" + HTMLPage.list(facts.figures, class: "facts")
    text += HTMLPage.list(facts.entries, class: "options")
    text += paragraph(facts.units) + paragraph(facts.cores)
    text += HTMLPage.table(facts.coreRows, class: "numbers")
    if !sheet.steps.isEmpty {
      text += "<h3>Training steps</h3>\n"
      text += paragraph(
        """
        GFLOP/s of one core, the median of all rounds; the thin line is from the lower to the upper quartile. The top is \
        the core's theoretical peak, the number above a bar the share of it. Steps are timed by the clock, other programs' \
        share included.
        """)
      text += HTMLPage.pictures(plots.steps)
      if !plots.scaling.isEmpty { text += "<h3>Scaling</h3>\n" + HTMLPage.pictures(plots.scaling) }
      text += "<h3>Every step, and the command that measures it again</h3>\n"
      text += HTMLPage.table(stepRows, class: "numbers") + commands
    }
    for kernels in sheet.kernels {
      text += "<h3>Kernels of \(PlainText.escapedForXML(kernels.shape))</h3>\n"
      text += paragraph(
        """
        Numbers are those of the table's rows. A kernel is bound by the lower of two roofs: the peak, and the speed at \
        which the core copies as many bytes as the kernel reads and writes, which depends on the cache that they fit into.
        """)
      text +=
        HTMLPage.pictures([plots.roofs(kernels)], isWide: true) + HTMLPage.table(kernelRows(kernels), class: "numbers")
      text += Self.measured("Measured", by: kernels.command)
    }
    text += Self.measured("All of this machine is measured", by: sheet.command)
    return section(title, text)
  }

  private static func measured(_ what: String, by command: String) -> String {
    "<p>\(what) by <code>\(PlainText.escapedForXML(command))</code>.</p>\n"
  }

  private var stepRows: [[String]] {
    let header = [
      "", "model", "hidden", "bptt", "vocabulary", "batch", "workers", "µs a step", "quartiles", "tokens/s", "GFLOP/s",
      "of theory", "of measured peak",
    ]
    return [header]
      + sheet.steps.enumerated().map { index, step in
        let workers = Double(step.workers)
        return [
          "\(index + 1)", step.model, "\(step.hidden)", "\(step.bptt)", NumberText.grouped(step.vocabulary),
          "\(step.batchSize)",
          "\(step.workers)", time(step.median), "\(time(step.lower)) – \(time(step.upper))",
          NumberText.grouped(Int(step.tokensPerSecond)), fixed(step.gflops, 1),
          fixed(step.gflops / workers / sheet.theoreticalPeak.alone, 2),
          fixed(step.gflops / workers / sheet.measuredPeak.alone, 2),
        ]
      }
  }

  private func time(_ microseconds: Double) -> String {
    microseconds < 1000 ? fixed(microseconds, 1) : NumberText.grouped(Int(microseconds))
  }

  /// The table's commands, by its numbers.
  private var commands: String {
    let lines = sheet.steps.enumerated().map { "\($0 + 1)  \(PlainText.escapedForXML($1.command))" }
    return "<pre class=\"code\">\(lines.joined(separator: "\n"))</pre>\n"
  }

  private func kernelRows(_ kernels: KernelFigures) -> [[String]] {
    let header = [
      "", "kernel", "shape", "µs", "GFLOP/s", "of theory", "kB", "GB/s", "bound, µs", "of bound", "bound by",
    ]
    return [header]
      + kernels.rows.enumerated().map { index, row in
        let bound = row.bound(peak: sheet.measuredPeak.alone, memory: sheet.memory)
        let counts = row.operations > 0
        return [
          "\(index + 1)", row.kernel, row.shape, fixed(row.microseconds, 2), counts ? fixed(row.gflops, 1) : "–",
          counts ? fixed(row.gflops / sheet.theoreticalPeak.alone, 2) : "–", fixed(row.bytes / 1000, 1),
          fixed(row.gigabytesPerSecond, 1), fixed(bound.microseconds, 2),
          fixed(bound.microseconds / row.microseconds, 2), bound.isMemory ? "memory" : "operations",
        ]
      }
  }
}
