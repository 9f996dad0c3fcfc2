import ArgumentParser
import Training

/// `dist-train lr-find`.
struct LearningRateFinderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lr-find", abstract: "Try rising learning rates and suggest one.")

  @OptionGroup(title: "Model and data")
  var shared: SharedArguments

  @Option(name: .customLong("start-lr"), parsing: .unconditional, help: ArgumentHelp("First rate.", valueName: "x"))
  var startLearningRate = 1e-7

  @Option(name: .customLong("end-lr"), parsing: .unconditional, help: ArgumentHelp("Last rate.", valueName: "x"))
  var endLearningRate = 10.0

  @Option(name: .customLong("num-it"), parsing: .unconditional, help: ArgumentHelp("Number of rates.", valueName: "n"))
  var iterations = 100

  @Option(parsing: .unconditional, help: ArgumentHelp("Decoupled weight decay of all parameters.", valueName: "x"))
  var weightDecay = 0.01

  @Option(
    name: .customLong("out"),
    help: ArgumentHelp("Run directory, or `none`. (default: runs/<UTC time>-<model>)", valueName: "dir"))
  var output: OutputChoice?

  @Flag(name: .customLong("no-plot"), help: "Print no plot, also to a terminal.")
  var hidesPlots = false

  /// The options as given.
  ///
  /// - Throws: a usage error for a value out of bounds.
  func options() throws(RunError) -> LearningRateFinderOptions {
    let options = LearningRateFinderOptions(
      shared: shared.options, startLearningRate: startLearningRate, endLearningRate: endLearningRate,
      iterations: iterations, weightDecay: weightDecay, output: output ?? .automatic, showsPlots: !hidesPlots)
    try options.check()
    return options
  }

  func run() throws { try runLearningRateFinder(options()) }
}
