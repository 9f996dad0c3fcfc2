import ArgumentParser
import Training

/// `dist-train bench step`.
struct StepBenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step", abstract: "Time training steps.",
    discussion: """
      It prints the time of a step and the share of the cores' peak that this is.

      Example: dist-train bench step --bptt 70 --json
      """)

  @OptionGroup(title: ModelOptions.title) var model: SectionArguments<ModelOptions>

  @OptionGroup(title: DataOptions.title) var data: SectionArguments<DataOptions>

  @OptionGroup(title: BenchmarkOptions.title) var benchmark: SectionArguments<BenchmarkOptions>

  @OptionGroup var step: SectionArguments<StepBenchmarkOptions>

  func run() throws {
    let command = try CommandJob("bench step", model.values + data.values + benchmark.values + step.values)
    let own = RunOption.stepBenchmark
    try runStepBenchmark(command, steps: command.options(own.steps), printsJSON: command.options(own.json))
  }
}
