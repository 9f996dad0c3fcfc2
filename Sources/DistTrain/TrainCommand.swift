import ArgumentParser
import Training

/// `dist-train train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a model; without a subcommand, this is done.",
    discussion: """
      It runs the LR finder, trains by a 1cycle, validates after each epoch, and keeps checkpoints, metrics, plots and the weights \
      in the run directory.

      Example: dist-train train --model model1 --epochs 6 --lr 1e-4
      Example: mpirun -np 4 dist-train train --bptt 20 --lr auto --out runs/first
      Example: dist-train train --resume runs/first
      """)

  @OptionGroup(title: "Model and data") var shared: SharedArguments

  @Option(parsing: .unconditional, help: ArgumentHelp("Epochs of the fit.", valueName: "n"))
  var epochs = 10

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Maximum of the 1cycle; auto takes the LR finder's suggestion.", valueName: "x|auto"))
  var lr: LearningRateChoice = .fixed(1e-3)

  @Option(parsing: .unconditional, help: ArgumentHelp("Share of the steps in which the rate rises.", valueName: "x"))
  var pctStart = 0.3

  @Option(parsing: .unconditional, help: ArgumentHelp("The maximum rate over the first one.", valueName: "x"))
  var divFactor = 25.0

  @Option(parsing: .unconditional, help: ArgumentHelp("Momentum at the ends and in the middle.", valueName: "a,b"))
  var moms = MomentumRange(high: 0.95, low: 0.85)

  @Option(parsing: .unconditional, help: ArgumentHelp("Decoupled weight decay.", valueName: "x"))
  var weightDecay = 0.01

  @Flag(help: "Skip the LR finder, which otherwise runs first and leaves no trace.")
  var noLrFind = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Stop after so many steps; the schedule stays that of the whole run.", valueName: "n"))
  var steps: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Scale the gradient down to this global norm.", valueName: "x"))
  var clip: Double?

  @Option(help: "What to do about a step whose loss or gradient is not finite.")
  var onNonFinite: NonFiniteRule = .stop

  @OptionGroup(title: "Large batches") var largeBatch: LargeBatchArguments

  @OptionGroup(title: "Checkpoints and limits") var durability: DurabilityArguments

  @Option(help: ArgumentHelp("Run directory, or none. (default: runs/<UTC time>-<model>)", valueName: "dir"))
  var out: OutputChoice?

  @Option(help: ArgumentHelp("Write a Chrome trace of steps 11 to 18.", valueName: "file"))
  var trace: String?

  @Flag(help: "Print no plots on a terminal.")
  var noPlot = false

  @Flag(help: "Print the digest only.")
  var quiet = false

  func run() throws { try run(given: GivenOptions(CommandLine.arguments)) }

  /// - given: what is said beside the defaults, on the command line and elsewhere.
  func run(given: GivenOptions) throws {
    let options = TrainOptions(
      shared: shared.options, epochs: epochs, learningRate: lr, pctStart: pctStart, divFactor: divFactor, momenta: moms,
      weightDecay: weightDecay, findsLearningRate: !noLrFind, steps: steps, clip: clip,
      nonFinite: onNonFinite, largeBatch: largeBatch.options(lanes: shared.lanes), durability: durability.options,
      output: out ?? .automatic, trace: trace,
      isQuiet: quiet, showsPlots: !noPlot && Terminal.standardOutput != nil)
    try options.check(given: given)
    try runTrain(options, given: given)
  }
}
