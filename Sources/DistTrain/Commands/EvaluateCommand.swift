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
      library. The model and its size are those that the file says, unless --model or --hidden is given.

      Example: dist-train evaluate --weights runs/first --json
      Example: dist-train evaluate --weights runs/book --text another.txt --confused 10
      """)

  @OptionGroup var evaluation: SectionArguments<EvaluationOptions>

  @OptionGroup(title: ModelOptions.title) var model: SectionArguments<ModelOptions>

  @OptionGroup(title: DataOptions.title) var data: SectionArguments<DataOptions>

  func run() throws {
    let options = evaluation.values + model.values + data.values
    func usage(_ problem: String, _ place: String, _ remedy: String) -> RunError {
      RunError(problem, at: place, remedy: remedy, status: .usage)
    }
    let command = try CommandJob("evaluate", options)
    let configuration = command.configuration
    let text = options[RunOption.evaluation.text]
    if options.contains(RunOption.data.initialWeights) {
      throw usage("two files of weights", "--weights, --init", "leave out --init")
    }
    if text != nil, configuration.trainFile ?? configuration.dataDirectory != nil {
      throw usage("two texts to measure on", "--text", "leave out --train, --valid and --data")
    }
    let fixed = Set(["model", "hidden"].filter { options.contains(name: $0) })
    let (weights, confused) = (options(RunOption.evaluation.weights), options(RunOption.evaluation.confused))
    let source = text.map { Evaluation.Source.text($0) } ?? .validSplit
    try command.runWorkers { team in
      let evaluation = try Evaluation(
        configuration, weights: weights, on: source, fixed: fixed, countsConfusions: confused > 0,
        team: team)
      guard team.rank == 0 else { return }
      print(EvaluationReport.text(evaluation, confused: confused, json: options(RunOption.evaluation.json)))
    }
  }
}
