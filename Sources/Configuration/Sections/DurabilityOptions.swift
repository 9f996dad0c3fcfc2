internal import Files

/// Checkpoints, going on from them, and limits of time.
package struct DurabilityOptions: OptionSection {
  package static let title = "Checkpoints and limits"

  package let checkpointEvery = OptionDeclaration<Int>(
    "checkpoint-every", "Steps from one checkpoint to the next.", value: "n", subject: "number of steps", in: .from(1),
    default: "one an epoch", role: .common)

  package let keep = OptionDeclaration(
    "keep", initial: 3, "Checkpoints kept besides the best.", value: "n", subject: "number of checkpoints",
    in: .from(1), role: .common)

  package let resume = OptionDeclaration<String>(
    "resume",
    "Go on from the newest intact checkpoint of a run directory, or from that file, on any number of workers.",
    value: "dir|file", subject: "checkpoint", in: .named("give a directory or file"), role: .common, completion: .file)

  package let newSchedule = OptionDeclaration(
    "new-schedule", initial: false,
    "With --resume, take epochs and schedule from the command line where they are given.", role: .common)

  package let maxSeconds = OptionDeclaration<Double>(
    "max-seconds", "After so many seconds write a checkpoint and stop with exit code 75.", value: "x", subject: "time",
    in: .positive, role: .own)

  package let stallSeconds = OptionDeclaration(
    "stall-seconds", initial: 60.0,
    "Give up a worker for which others have waited so long, and end with exit code 75.", value: "x", subject: "time",
    in: .positive, role: .own)

  package init() {}
}
