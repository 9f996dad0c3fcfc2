import ArgumentParser
import Teams
import Training

/// `dist-train bench kernels`.
struct KernelBenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels", abstract: "Time each kernel of a training step by itself, on one core.",
    discussion: """
      Operations are additions and multiplications, two for a fused multiply-add, whose peak is measured by the same process. Bytes \
      are those of all that a kernel reads and writes, each matrix once. The bound is the nearer of two roofs: the time of the \
      operations at that peak, and of the bytes at the speed at which the core copies as many, again and again.

      Example: dist-train bench kernels --bptt 20
      Example: dist-train bench kernels --model lstm --bptt 20
      """)

  @OptionGroup(title: ModelOptions.title) var model: SectionArguments<ModelOptions>

  @OptionGroup(title: DataOptions.title) var data: SectionArguments<DataOptions>

  @OptionGroup(title: BenchmarkOptions.title) var benchmark: SectionArguments<BenchmarkOptions>

  @OptionGroup var kernels: SectionArguments<KernelBenchmarkOptions>

  func run() throws {
    let command = try CommandJob("bench kernels", model.values + data.values + benchmark.values + kernels.values)
    let (configuration, json) = (command.configuration, command.options(RunOption.kernelBenchmark.json))
    try command.runWorkers { team in
      let session = try Session(configuration, team: team, fits: false)
      guard team.rank == 0 else { return }
      let rows = measureKernels(configuration, vocabulary: session.vocabulary.count)
      let (peak, memory) = (measurePeak(), MemoryRoof.measure())
      print(json ? Self.json(rows, peak, memory) : Self.table(rows, peak, memory))
    }
  }

  private static func table(_ rows: [KernelRow], _ peak: Double, _ memory: MemoryRoof) -> String {
    func left(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(1, width - text.count))
    }
    func right(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(1, width - text.count)) + text
    }
    let header =
      left("kernel", 28) + left("shape", 26) + right("us", 9) + right("GFLOP/s", 9) + right("of peak", 8)
      + right("KB", 9) + right("GB/s", 8) + right("bound us", 10) + right("of bound", 9) + "  bound by"
    let lines = rows.map { row in
      let bound = row.bound(peak: peak, memory: memory)
      let speeds =
        row.operations > 0
        ? right(NumberText.fixed(row.gflops, decimals: 1), 9)
          + right(NumberText.fixed(row.gflops / peak, decimals: 2), 8)
        : right("-", 9) + right("-", 8)
      return left(row.kernel, 28) + left(row.shape, 26) + right(NumberText.fixed(row.microseconds, decimals: 2), 9)
        + speeds + right(NumberText.fixed(row.bytes / 1000, decimals: 1), 9)
        + right(NumberText.fixed(row.gigabytesPerSecond, decimals: 1), 8)
        + right(NumberText.fixed(bound.microseconds, decimals: 2), 10)
        + right(NumberText.fixed(bound.microseconds / row.microseconds, decimals: 2), 9)
        + (bound.isMemory ? "  memory" : "  operations")
    }
    let copies = memory.levels.map {
      "\(NumberText.fixed($0.gigabytesPerSecond, decimals: 1)) GB/s of \(Int($0.bytes / 1024)) KiB"
    }
    return
      ([header] + lines + [
        "peak of one core: \(NumberText.fixed(peak, decimals: 1)) GFLOP/s",
        "it copies: \(copies.joined(separator: ", "))",
      ]).joined(separator: "\n")
  }

  private static func json(_ rows: [KernelRow], _ peak: Double, _ memory: MemoryRoof) -> String {
    let values = rows.map { row in
      let bound = row.bound(peak: peak, memory: memory)
      return JSONValue.object([
        ("kernel", .string(row.kernel)), ("shape", .string(row.shape)), ("us", .number(row.microseconds)),
        ("gflops", row.operations > 0 ? .number(row.gflops) : .null),
        ("fraction_of_peak", row.operations > 0 ? .number(row.gflops / peak) : .null), ("bytes", .number(row.bytes)),
        ("bound_us", .number(bound.microseconds)), ("bound_by", .string(bound.isMemory ? "memory" : "operations")),
      ])
    }
    let copies = memory.levels.map {
      JSONValue.object([("bytes", .number($0.bytes)), ("gigabytes_per_second", .number($0.gigabytesPerSecond))])
    }
    return JSONValue.object([
      ("peak_gflops_per_core", .number(peak)), ("copies", .array(copies)), ("kernels", .array(values)),
    ]).text
  }
}
