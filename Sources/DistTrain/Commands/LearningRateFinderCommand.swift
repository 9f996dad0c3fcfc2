import ArgumentParser
import Training

/// `dist-train lr-find`.
struct LearningRateFinderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lr-find", abstract: "Find a learning rate.",
    discussion: """
      It trains with ever larger rates until the loss explodes, suggests rates from the curve, and leaves the model as it was.

      Example: dist-train lr-find --bptt 20 --out none
      """)

  @OptionGroup(title: "Model and data") var shared: SharedArguments

  @Option(parsing: .unconditional, help: ArgumentHelp("The first learning rate.", valueName: "x"))
  var startLr = 1e-7

  @Option(parsing: .unconditional, help: ArgumentHelp("The last learning rate.", valueName: "x"))
  var endLr = 10.0

  @Option(parsing: .unconditional, help: ArgumentHelp("Steps from the one to the other.", valueName: "n"))
  var numIt = 100

  @Option(parsing: .unconditional, help: ArgumentHelp("Decoupled weight decay.", valueName: "x"))
  var weightDecay = 0.01

  @Option(
    help: ArgumentHelp("Directory for the curve, or none. (default: runs/<UTC time>-lr-find-<model>)", valueName: "dir")
  )
  var out: OutputChoice?

  @Flag(help: "Print no terminal plot.")
  var noPlot = false

  func run() throws {
    let options = LearningRateFinderOptions(
      shared: shared.options, startLearningRate: startLr, endLearningRate: endLr, iterations: numIt,
      weightDecay: weightDecay, output: out ?? .automatic, showsPlots: !noPlot)
    try options.check()
    try runLearningRateFinder(options)
  }
}
