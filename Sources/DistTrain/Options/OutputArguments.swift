import ArgumentParser

/// The options about what a run tells and leaves.
struct OutputArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("Run directory, or none. (default: runs/<UTC time>-<model>)", valueName: "dir"),
    completion: .directory)
  var out: OutputChoice?

  @Option(help: ArgumentHelp("Write a Chrome trace of steps 11 to 18.", valueName: "file"), completion: .file())
  var trace: String?

  @Flag(help: "Print no plots on a terminal.")
  var noPlot = false

  @Flag(help: "Print the digest only.")
  var quiet = false
}
