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

  @Option(parsing: .unconditional, help: ArgumentHelp("Steps to time, after a warm-up.", valueName: "n"))
  var steps = 200

  @OptionGroup(title: BenchmarkOptions.title) var benchmark: SectionArguments<BenchmarkOptions>

  @Flag(help: "Let batch and lanes grow with the workers.")
  var weak = false

  @Flag(help: "Print one JSON object on one line.")
  var json = false

  @Option(help: ArgumentHelp("Draw the speed-up as a picture.", valueName: "file"))
  var svg: String?

  func run() throws {
    try checkSteps(steps)
    let command = try CommandJob(
      "bench scaling", model.values + data.values + benchmark.values,
      own: [("--steps", "\(steps)"), ("--weak", "\(weak)")])
    let configuration = command.configuration
    try command.run { job in
      let rows = try job.measureScaling(configuration, steps: steps, weak: weak)
      guard job.rank == 0 else { return }
      let report = ScalingReport(rows, configuration, isWeak: weak)
      print(json ? report.json : report.table)
      if let svg { try report.write(to: svg) }
    }
  }
}
