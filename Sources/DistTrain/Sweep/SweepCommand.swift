import ArgumentParser
import Training

/// `dist-train sweep`.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Do many runs over the workers, and compare them.",
    usage: "dist-train sweep <file> [<options>]",
    discussion: """
      The file is YAML: options of train by their long names, for all runs, and which of them take what values. `grid` has lists of \
      values, of which every combination is run; `random` draws them; `runs` lists cases with options of their own; each with as many \
      `seeds` as are asked for. Every run is the same as by itself, to the bit, in a directory of its own. The same command goes on \
      where a sweep was stopped or killed, on any number of workers; more values may be added to the file.

      A run that diverges doesn't end the others. The exit status is 0 where all runs have finished, 1 where some or all have failed, \
      75 where the sweep was asked to stop.

      Example: dist-train sweep Launch/lesson.yaml --seeds 3
      Example: mpirun -np 4 dist-train sweep rates.yaml --out runs/rates
      """)

  @Argument(
    help: ArgumentHelp("What to sweep over, in YAML.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  @OptionGroup var sweep: SectionArguments<SweepOptions>

  func run() throws {
    let options = sweep.values
    let command = try CommandJob("sweep", options, arguments: [file], sizesAreKnown: false)
    try runSweep(command, SweepFile(file).plan(options))
  }
}
