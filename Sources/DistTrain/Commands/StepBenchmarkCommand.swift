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

  @OptionGroup(title: "Model and data") var shared: SharedArguments

  @Option(parsing: .unconditional, help: ArgumentHelp("Steps to time, after a warm-up.", valueName: "n"))
  var steps = 300

  @Option(parsing: .unconditional, help: ArgumentHelp("Train on random tokens below this number.", valueName: "n"))
  var vocab: Int?

  @Flag(help: "Print one JSON object on one line.")
  var json = false

  func run() throws {
    let options = StepBenchmarkOptions(shared: shared.options, steps: steps, vocabulary: vocab, printsJSON: json)
    try options.check()
    try runStepBenchmark(options)
  }
}
