import ArgumentParser
import Training

/// `dist-train bench scaling`.
struct ScalingBenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scaling", abstract: "Time training steps on 1, 2, 4, … of the workers and on all.",
    discussion: """
      One launch measures all numbers of workers; those that a team does not need sleep.

      Example: mpirun -np 4 dist-train bench scaling --bptt 70
      """)

  @OptionGroup(title: ModelOptions.title) var model: SectionArguments<ModelOptions>

  @OptionGroup(title: DataOptions.title) var data: SectionArguments<DataOptions>

  @OptionGroup(title: BenchmarkOptions.title) var benchmark: SectionArguments<BenchmarkOptions>

  @OptionGroup var scaling: SectionArguments<ScalingBenchmarkOptions>

  func run() throws {
    let command = try CommandJob("bench scaling", model.values + data.values + benchmark.values + scaling.values)
    let (options, own, configuration) = (command.options, RunOption.scalingBenchmark, command.configuration)
    let isWeak = options(own.weak)
    try command.run { job in
      let rows = try job.measureScaling(configuration, steps: options(own.steps), weak: isWeak)
      guard job.rank == 0 else { return }
      let report = ScalingReport(rows, configuration, isWeak: isWeak)
      print(options(own.json) ? report.json : report.table)
      if let svg = options[own.svg] { try report.write(to: svg) }
    }
  }
}
