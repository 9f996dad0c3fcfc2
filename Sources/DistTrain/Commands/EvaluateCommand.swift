import ArgumentParser
import Teams
import Training

/// `dist-train evaluate`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure loss, accuracy and perplexity of weights on the valid split or any text.",
    discussion: """
      Weights may come from a run of dist-train, whose directory will do, or from a PyTorch program, written with the safetensors \
      library. The model and its size are those that the file tells, unless --model or --hidden is given.

      Example: dist-train evaluate --weights runs/first --json
      Example: dist-train evaluate --weights runs/book --text another.txt --confused 10
      """)

  @Option(
    help: ArgumentHelp("model.safetensors of a run, its directory, or a checkpoint.", valueName: "file"),
    completion: .file())
  var weights: String

  @Option(
    help: ArgumentHelp("A text to measure on, cut into tokens as the weights' own texts were.", valueName: "file"),
    completion: .file())
  var text: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Show the pairs of tokens most often confused.", valueName: "n"))
  var confused = 0

  @OptionGroup(title: ModelOptions.title) var model: SectionArguments<ModelOptions>

  @OptionGroup(title: DataOptions.title) var data: SectionArguments<DataOptions>

  @Flag(help: "Print one JSON object on one line.")
  var json = false

  func run() throws {
    let options = model.values + data.values
    func usage(_ problem: String, _ place: String, _ remedy: String) -> RunError {
      RunError(problem, at: place, remedy: remedy, status: .usage)
    }
    let own: [(name: String, value: String)] = [
      ("--weights", weights), ("--text", text ?? "none"), ("--confused", "\(confused)"),
    ]
    let command = try CommandJob("evaluate", options, own: own)
    let configuration = command.configuration
    if options.contains(RunOption.data.initialWeights) {
      throw usage("two files of weights", "--weights, --init", "leave out --init")
    }
    if text != nil, configuration.trainFile ?? configuration.dataDirectory != nil {
      throw usage("two texts to measure on", "--text", "leave out --train, --valid and --data")
    }
    if text?.isEmpty ?? false { throw usage("the file's name is empty", "--text", "give a file") }
    if confused < 0 { throw usage("\(confused) pairs are too few", "--confused", "give at least 1") }
    let fixed = Set(["model", "hidden"].filter { options.contains(name: $0) })
    let (weights, source, confused, json) = (weights, text.map { Evaluation.Source.text($0) }, confused, json)
    try command.runWorkers { team in
      let evaluation = try Evaluation(
        configuration, weights: weights, on: source ?? .validSplit, fixed: fixed, countsConfusions: confused > 0,
        team: team)
      guard team.rank == 0 else { return }
      print(EvaluationReport.text(evaluation, confused: confused, json: json))
    }
  }
}
