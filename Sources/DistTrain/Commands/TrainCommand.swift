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

  @OptionGroup(title: ModelOptions.title) var model: SectionArguments<ModelOptions>

  @OptionGroup(title: DataOptions.title) var data: SectionArguments<DataOptions>

  @OptionGroup(title: ScheduleOptions.title) var schedule: SectionArguments<ScheduleOptions>

  @OptionGroup(title: MonitoringOptions.title) var monitoring: SectionArguments<MonitoringOptions>

  @OptionGroup(title: LargeBatchOptions.title) var largeBatch: SectionArguments<LargeBatchOptions>

  @OptionGroup(title: DurabilityOptions.title) var durability: SectionArguments<DurabilityOptions>

  @OptionGroup(title: OutputOptions.title) var output: SectionArguments<OutputOptions>

  /// What is given of its options.
  var options: OptionValues {
    model.values + data.values + schedule.values + monitoring.values + largeBatch.values + durability.values
      + output.values
  }

  func run() throws { try runTrain(.train(options)) }
}
