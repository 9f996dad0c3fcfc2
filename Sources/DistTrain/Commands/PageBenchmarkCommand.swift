import ArgumentParser
import Benchmarks
import MPI
import Reports
import SystemPackage
import Teams
import Training

/// `dist-train bench page`.
struct PageBenchmarkCommand: SoloCommand {
  static let configuration = CommandConfiguration(
    commandName: "page", abstract: "Measure this machine, and set the speed beside its limits on a page.",
    usage: "dist-train bench page [<sheet> ...] --out <dir> [<options>]",
    discussion: """
      benchmarks.html is for the browser. benchmarks.json is the sheet of this machine with the same figures: given by name, \
      sheets of other machines are shown beside it. The default shapes take some minutes.

      Speeds of other programs (--peers) are in a file with lines of options, --model lstm --hidden 256 --vocab 10000 --workers 1, \
      each followed by a line of JSON with the tokens/s by bptt, {"20": {"median": {"dist-train": 30000, "jax-jit": 12000}}}.

      Example: dist-train bench page --out benchmarks
      Example: dist-train bench page epyc.json xeon.json --sheets-only --out both
      """)

  @Argument(help: ArgumentHelp("Sheets of other machines.", valueName: "sheet"), completion: .file())
  var sheets: [String] = []

  @OptionGroup var page: SectionArguments<PageBenchmarkOptions>

  var options: OptionValues { page.values }
  var arguments: [String] { sheets }

  func work(_ command: CommandJob) throws {
    let own = RunOption.pageBenchmark
    if Launcher.current != nil {
      throw RunError(
        "the page is about the cores of one process", at: "started by an MPI launcher",
        remedy: "start it without one", status: .usage)
    }
    let measures = !options(own.sheetsOnly)
    if !measures, sheets.isEmpty {
      throw RunError("no sheets to show", at: "--sheets-only", remedy: "name some", status: .usage)
    }
    // What can be wrong with files is said before minutes of measurement.
    let peers = try options[own.peers].map { try PeerFigures.read($0) } ?? []
    let others = try sheets.map { try BenchmarkSheet.read($0) }
    let files = try SheetFiles(options(own.out), withSheet: measures)
    guard measures else { return try files.write(BenchmarkPage(others, peers: peers), sheet: nil) }
    let plan = SheetPlan(
      shapes: options(own.shapes).shapes, kernels: options(own.kernels).shapes,
      threads: options[own.threads] ?? usableCores(), rounds: options(own.rounds), steps: options[own.steps],
      command: commandLine)
    let sheet = try BenchmarkSheet.measure(plan, build: Processor.build) { print("measuring \($0)") }
    try files.write(BenchmarkPage([sheet] + others, peers: peers), sheet: sheet)
  }

  /// The command that measures the same again.
  private var commandLine: String {
    let own = RunOption.pageBenchmark
    var words = ["dist-train", "bench", "page", "--out", "benchmarks"]
    func add<Value>(_ option: OptionDeclaration<Value>) {
      if let value = options.given(option) { words += [option.typedName, value.text] }
    }
    add(own.shapes)
    add(own.kernels)
    add(own.threads)
    add(own.rounds)
    add(own.steps)
    return words.joined(separator: " ")
  }
}
