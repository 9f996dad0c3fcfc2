import ArgumentParser
import Training

/// `dist-train train`, also what `dist-train` alone does.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a model: LR finder, then 1cycle, with the same bits on any number of workers.")

  @OptionGroup(title: "Model and data")
  var shared: SharedArguments

  @Option(parsing: .unconditional, help: ArgumentHelp("Passes over the training text.", valueName: "n"))
  var epochs = 10

  @Option(
    name: .customLong("lr"), parsing: .unconditional,
    help: ArgumentHelp("Maximum of the 1cycle, or `auto` for the LR finder's suggestion.", valueName: "x"))
  var learningRate: LearningRateChoice = .fixed(1e-3)

  @Option(parsing: .unconditional, help: ArgumentHelp("Share of the steps with a rising learning rate.", valueName: "x"))
  var pctStart = 0.3

  @Option(parsing: .unconditional, help: ArgumentHelp("Maximum learning rate over the first one.", valueName: "x"))
  var divFactor = 25.0

  @Option(
    name: .customLong("moms"), parsing: .unconditional,
    help: ArgumentHelp("Momentum at the ends and in the middle of the cycle.", valueName: "a,b"))
  var momenta = MomentumRange(high: 0.95, low: 0.85)

  @Option(parsing: .unconditional, help: ArgumentHelp("Decoupled weight decay of all parameters.", valueName: "x"))
  var weightDecay = 0.01

  @Flag(name: .customLong("no-lr-find"), help: "Skip the LR finder.")
  var skipsFinder = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Stop after so many steps; the schedule stays that of the whole run.", valueName: "n"))
  var steps: Int?

  @Option(
    name: .customLong("out"),
    help: ArgumentHelp("Run directory, or `none`. (default: runs/<UTC time>-<model>)", valueName: "dir"))
  var output: OutputChoice?

  @Flag(name: .customLong("no-plot"), help: "Print no plots, also to a terminal.")
  var hidesPlots = false

  @Flag(name: .customLong("quiet"), help: "Print nothing but the digest and errors.")
  var isQuiet = false

  /// The options as given.
  ///
  /// - Throws: a usage error for a value out of bounds.
  func options() throws(RunError) -> TrainOptions {
    let options = TrainOptions(
      shared: shared.options, epochs: epochs, learningRate: learningRate, pctStart: pctStart, divFactor: divFactor,
      momenta: momenta, weightDecay: weightDecay, findsLearningRate: !skipsFinder, steps: steps,
      output: output ?? .automatic, isQuiet: isQuiet, showsPlots: !hidesPlots)
    try options.check()
    return options
  }

  func run() throws { try runTrain(options()) }
}
