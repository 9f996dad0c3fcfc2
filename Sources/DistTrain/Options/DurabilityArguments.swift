import ArgumentParser

/// The options about checkpoints, going on from them, and limits of time.
struct DurabilityArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Steps from one checkpoint to the next. (default: one an epoch)", valueName: "n"))
  var checkpointEvery: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Checkpoints kept besides the best.", valueName: "n"))
  var keep = 3

  @Option(
    help: ArgumentHelp(
      "Go on from the newest intact checkpoint of a run directory, or from that file, on any number of workers.",
      valueName: "dir|file"), completion: .file())
  var resume: String?

  @Flag(help: "With --resume, take epochs and schedule from the command line where they are given.")
  var newSchedule = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("After so many seconds write a checkpoint and stop with exit code 75.", valueName: "x"))
  var maxSeconds: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Give up a worker for which others have waited so long, and end with exit code 75.", valueName: "x"))
  var stallSeconds = 60.0

  /// The options, unchecked.
  var options: DurabilityOptions {
    DurabilityOptions(
      checkpointEvery: checkpointEvery, keep: keep, resume: resume, hasNewSchedule: newSchedule,
      maxSeconds: maxSeconds, stallSeconds: stallSeconds)
  }
}
