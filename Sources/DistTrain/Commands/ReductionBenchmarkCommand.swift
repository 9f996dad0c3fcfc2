import ArgumentParser
import Training

/// `dist-train bench reduce`.
struct ReductionBenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reduce",
    abstract: "Time the canonical all-reduce by size, beside MPI_Allreduce and the memory's bound.",
    discussion: """
      The transport is that of a run with the same options: threads, ranks of a node, or with --ranks-per-node nodes.

      Example: mpirun -np 2 dist-train bench reduce --threads 1
      """)

  @OptionGroup(title: ModelOptions.title) var model: SectionArguments<ModelOptions>

  @OptionGroup(title: DataOptions.title) var data: SectionArguments<DataOptions>

  @OptionGroup var reduction: SectionArguments<ReductionBenchmarkOptions>

  func run() throws {
    let command = try CommandJob("bench reduce", model.values + data.values + reduction.values)
    let own = RunOption.reductionBenchmark
    let (most, json) = (command.options(own.most), command.options(own.json))
    let configuration = command.configuration
    // The default model's gradient, and powers of ten.
    let sizes = ([38_000] + sequence(first: 1000) { $0 * 10 }.prefix { $0 <= most }).sorted().filter { $0 <= most }
    try command.run { job in
      let rows = try job.measureReduction(configuration, bytes: sizes)
      guard job.rank == 0 else { return }
      print(json ? Self.json(rows) : Self.table(rows))
    }
  }

  private static func table(_ rows: [ReductionRow]) -> String {
    func cell(_ text: String) -> String { String(repeating: " ", count: max(0, 14 - text.count)) + text }
    func number(_ value: Double?) -> String { cell(value.map { NumberText.fixed($0, decimals: 2) } ?? "-") }
    let lines = rows.map { row in
      cell("\(row.bytes)") + number(row.canonicalMicroseconds) + number(row.nativeMicroseconds)
        + number(row.nativeMicroseconds.map { $0 / row.canonicalMicroseconds }) + number(row.boundMicroseconds)
    }
    let header = ["bytes", "canonical us", "allreduce us", "ratio", "bound us"].map(cell).joined()
    return ([header] + lines).joined(separator: "\n")
  }

  private static func json(_ rows: [ReductionRow]) -> String {
    let values = rows.map { row in
      JSONValue.object([
        ("bytes", .integer(row.bytes)), ("canonical_us", .number(row.canonicalMicroseconds)),
        ("allreduce_us", row.nativeMicroseconds.map { .number($0) } ?? .null),
        ("bound_us", .number(row.boundMicroseconds)),
      ])
    }
    return JSONValue.object([("reduce", .array(values))]).text
  }
}
