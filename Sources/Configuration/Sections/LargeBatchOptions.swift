internal import Files
package import Optimization

/// More streams a step, by more workers or by more batches, and the learning rate that goes with them.
package struct LargeBatchOptions: OptionSection {
  package static let title = "Large batches"

  package let batchSizePerWorker = OptionDeclaration<Int>(
    "batch-size-per-worker",
    "Streams of each worker, in place of --batch-size: the batch size is this times the number of workers at the run's start.",
    value: "n", subject: "number of streams", in: .from(1, to: 1_048_576), role: .common)

  package let accumulate = OptionDeclaration(
    "accumulate", .at(\.accumulate),
    "Batches whose mean gradient makes a step; an epoch's last step has those that are left. Schedule, metrics, --steps and --checkpoint-every count steps.",
    value: "n", subject: "number of batches", in: .from(1, to: 1_048_576)
  ).with { $0.jsonFollows = "batch-size" }

  package let scaling = OptionDeclaration<LearningRateScaling>(
    "scale-lr", initial: LearningRateScaling.none,
    "How --lr grows with the streams of a step (--batch-size times --accumulate) over --base-batch-size.",
    value: "rule", role: .common)

  package let baseBatchSize = OptionDeclaration<Int>(
    "base-batch-size", "Streams of a step at which --lr is taken as it is given.", value: "n", subject: "batch size",
    in: .from(1, to: 1_048_576), default: "64", role: .common)

  package init() {}
}
