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

  @OptionGroup(title: "Schedule and optimizer") var schedule: ScheduleArguments

  @OptionGroup(title: "Large batches") var largeBatch: LargeBatchArguments

  @OptionGroup(title: "Checkpoints and limits") var durability: DurabilityArguments

  @OptionGroup(title: "Output") var output: OutputArguments

  func run() throws { try run(given: GivenOptions(CommandLine.arguments)) }

  /// - given: what is said beside the defaults, on the command line and elsewhere.
  func run(given: GivenOptions) throws {
    let options = TrainOptions(
      shared: shared.options, epochs: schedule.epochs, learningRate: schedule.lr, pctStart: schedule.pctStart,
      divFactor: schedule.divFactor, momenta: schedule.moms, weightDecay: schedule.weightDecay,
      findsLearningRate: !schedule.noLrFind, steps: schedule.steps, clip: schedule.clip,
      nonFinite: schedule.onNonFinite, largeBatch: largeBatch.options(lanes: shared.lanes),
      durability: durability.options, output: output.out ?? .automatic, trace: output.trace, isQuiet: output.quiet,
      showsPlots: !output.noPlot && Terminal.standardOutput != nil)
    try options.check(given: given)
    try runTrain(options, given: given)
  }
}
