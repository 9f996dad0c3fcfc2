public import ArgumentParser
public import Training

extension LearningRateScaling: ExpressibleByArgument {}

/// The options about more streams a step, by more workers or by more batches, and the learning rate that goes with them.
struct LargeBatchArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Streams of each worker, in place of --batch-size: the batch size is this times the number of workers at the run's start.",
      valueName: "n"))
  var batchSizePerWorker: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Batches whose mean gradient makes a step; an epoch's last step has those that are left. Schedule, metrics, --steps and --checkpoint-every count steps.",
      valueName: "n"))
  var accumulate = 1

  @Option(
    help: ArgumentHelp(
      "How --lr grows with the streams of a step (--batch-size times --accumulate) over --base-batch-size.",
      valueName: "rule"))
  var scaleLr: LearningRateScaling = .none

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Streams of a step at which --lr is taken as it is given. (default: 64)", valueName: "n"))
  var baseBatchSize: Int?

  /// The options, unchecked.
  ///
  /// - lanes: as given; nil for the default.
  func options(lanes: Int?) -> LargeBatchOptions {
    LargeBatchOptions(
      batchSizePerWorker: batchSizePerWorker, lanes: lanes, accumulate: accumulate, scaling: scaleLr,
      baseBatchSize: baseBatchSize)
  }
}
