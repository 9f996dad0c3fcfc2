import ArgumentParser
import Training

/// `dist-train bench step`.
struct StepBenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step", abstract: "Time training steps against the machine's peak.")

  @OptionGroup(title: "Model and data")
  var shared: SharedArguments

  @Option(parsing: .unconditional, help: ArgumentHelp("Steps to time, after a warm-up.", valueName: "n"))
  var steps = 500

  @Option(
    name: .customLong("vocab"), parsing: .unconditional,
    help: ArgumentHelp("Train on random tokens below n. (default: the corpus)", valueName: "n"))
  var vocabulary: Int?

  @Flag(name: .customLong("json"), help: "Print one JSON object on one line.")
  var printsJSON = false

  /// The options as given.
  ///
  /// - Throws: a usage error for a value out of bounds.
  func options() throws(RunError) -> StepBenchmarkOptions {
    let options = StepBenchmarkOptions(
      shared: shared.options, steps: steps, vocabulary: vocabulary, printsJSON: printsJSON)
    try options.check()
    return options
  }

  func run() throws { try runStepBenchmark(options()) }
}
