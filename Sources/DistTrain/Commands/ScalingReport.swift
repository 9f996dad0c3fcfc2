import Training

/// What `bench scaling` prints or writes: a table, a JSON object, a plot.
struct ScalingReport {
  private let rows: [ScalingRow]
  private let configuration: RunConfiguration
  private let isWeak: Bool

  init(_ rows: [ScalingRow], _ configuration: RunConfiguration, isWeak: Bool) {
    self.rows = rows
    self.configuration = configuration
    self.isWeak = isWeak
  }

  private var kind: String { isWeak ? "weak" : "strong" }

  /// A row for each number of workers, and what a barrier of all costs.
  var table: String {
    let header = ["workers", "tokens/s", "us/step", "speed-up", "efficiency", "compute", "reduction", "waiting"]
    let cells = rows.map { row in
      [
        "\(row.workers)", NumberText.fixed(row.tokensPerSecond, decimals: 0),
        NumberText.fixed(row.stepMicroseconds, decimals: 1), NumberText.fixed(row.speedUp, decimals: 2),
      ] + [row.efficiency, row.compute, row.reduction, row.waiting].map { NumberText.fixed($0, decimals: 3) }
    }
    let widths = header.indices.map { column in ([header] + cells).map { $0[column].count }.max() ?? 0 }
    var lines = ([header] + cells).map { line in
      zip(line, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ")
    }
    if let row = rows.last, row.workers > 1 {
      lines.append("a barrier of \(row.workers) workers: \(NumberText.fixed(row.barrierNanoseconds, decimals: 0)) ns")
    }
    return lines.joined(separator: "\n")
  }

  /// One JSON object on one line.
  var json: String {
    let values = rows.map { row in
      JSONValue.object([
        ("workers", .integer(row.workers)), ("tokens_per_second", .number(row.tokensPerSecond)),
        ("us_per_step_median", .number(row.stepMicroseconds)), ("speed_up", .number(row.speedUp)),
        ("efficiency", .number(row.efficiency)), ("compute", .number(row.compute)),
        ("reduction", .number(row.reduction)), ("waiting", .number(row.waiting)),
        ("barrier_ns", .number(row.barrierNanoseconds)),
      ])
    }
    return JSONValue.object([
      ("scaling", .string(kind)), ("model", .string(configuration.model.kind.name)),
      ("hidden", .integer(configuration.hidden)), ("batch_size", .integer(configuration.batchSize)),
      ("bptt", .integer(configuration.bptt)), ("rows", .array(values)),
    ]).text
  }

  /// Speed-up over workers, beside the ideal.
  func write(to path: String) throws {
    let workers = rows.map { Double($0.workers) }
    let plot = LinePlot(
      title: "Speed-up, \(kind) scaling",
      subtitle:
        "\(configuration.model.kind), hidden \(configuration.hidden), batch \(configuration.batchSize), bptt \(configuration.bptt)",
      xAxis: .init("workers"), yAxis: .init("speed-up"),
      series: [.init("measured", x: workers, y: rows.map(\.speedUp)), .init("ideal", x: workers, y: workers)])
    try OutputFile.write(plot.svg(), to: path)
  }
}
