import ArgumentParser
import Training

/// `dist-train bench step`.
struct StepBenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step", abstract: "Time training steps.",
    discussion: """
      It tells the time of a step and the share of the cores' peak that this is.

      Example: dist-train bench step --bptt 70 --json
      """)

  @OptionGroup(title: ModelOptions.title) var model: SectionArguments<ModelOptions>

  @OptionGroup(title: DataOptions.title) var data: SectionArguments<DataOptions>

  @Option(parsing: .unconditional, help: ArgumentHelp("Steps to time, after a warm-up.", valueName: "n"))
  var steps = 300

  @OptionGroup(title: BenchmarkOptions.title) var benchmark: SectionArguments<BenchmarkOptions>

  @Flag(help: "Print one JSON object on one line.")
  var json = false

  func run() throws {
    try checkSteps(steps)
    let command = try CommandJob(
      "bench step", model.values + data.values + benchmark.values, own: [("--steps", "\(steps)")])
    try runStepBenchmark(command, steps: steps, printsJSON: json)
  }
}

/// Throws a usage error unless there are steps to time.
func checkSteps(_ steps: Int) throws(RunError) {
  try ValueBounds<Int>.from(1, to: 1_000_000_000).check(steps, "number of steps", at: "--steps")
}
