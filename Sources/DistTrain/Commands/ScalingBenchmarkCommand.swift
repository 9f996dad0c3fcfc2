import ArgumentParser
import Training

/// `dist-train bench scaling`.
struct ScalingBenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scaling", abstract: "Time training steps on 1, 2, 4, … of the workers and on all.",
    discussion: """
      One launch measures all numbers of workers; those that a team does not need sleep.

      Example: mpirun -np 4 dist-train bench scaling --bptt 70
      """)

  @OptionGroup(title: "Model and data") var shared: SharedArguments

  @Option(parsing: .unconditional, help: ArgumentHelp("Steps to time, after a warm-up.", valueName: "n"))
  var steps = 200

  @Option(parsing: .unconditional, help: ArgumentHelp("Train on random tokens below this number.", valueName: "n"))
  var vocab: Int?

  @Flag(help: "Let batch and lanes grow with the workers.")
  var weak = false

  @Flag(help: "Print one JSON object on one line.")
  var json = false

  @Option(help: ArgumentHelp("Draw the speed-up as a picture.", valueName: "file"))
  var svg: String?

  func run() throws {
    let options = StepBenchmarkOptions(shared: shared.options, steps: steps, vocabulary: vocab, printsJSON: json)
    try options.check()
    var configuration = try RunConfiguration(options.shared)
    configuration.randomVocabulary = vocab
    try Job.run(threads: options.shared.threads, ranksPerNode: options.shared.ranksPerNode) { job in
      let rows = try job.measureScaling(configuration, steps: steps, weak: weak)
      guard job.rank == 0 else { return }
      let report = ScalingReport(rows, configuration, isWeak: weak)
      print(json ? report.json : report.table)
      if let svg { try report.write(to: svg) }
    }
  }
}
