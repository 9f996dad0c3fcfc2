public import ArgumentParser
public import Training

extension NonFiniteRule: ExpressibleByArgument {}

/// The options about how long to train, how fast, and how the weights are updated.
struct ScheduleArguments: ParsableArguments {
  @Option(parsing: .unconditional, help: ArgumentHelp("Epochs of the fit.", valueName: "n"))
  var epochs = 10

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Maximum of the 1cycle; auto takes the LR finder's valley.", valueName: "x|auto"))
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

  @Option(
    help: ArgumentHelp(
      "What to do about a step that is not finite; more than 10 in a row or a tenth of an epoch's end the run.",
      valueName: "rule"))
  var onNonFinite: NonFiniteRule = .stop
}
