import ArgumentParser
internal import SystemPackage
import Teams
import Training

/// `dist-train evaluate`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure loss, accuracy and perplexity of weights on the valid split or any text.",
    discussion: """
      Weights may come from a run of dist-train, whose directory will do, or from a PyTorch program, written with the safetensors \
      library. Model, texts, streams, bptt and the state that streams begin with are those of the run, as far as the file tells \
      them, so that the figures are those of its last validation; --batch-size is for files that don't tell it. Of a --text each \
      token counts once, and a word that the vocabulary lacks is never predicted rightly.

      Example: dist-train evaluate --weights runs/first --metrics top5 --json
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
    let command = try CommandJob("evaluate", options, sizesAreKnown: false, modelIsKnown: false)
    let configuration = command.configuration
    let text = options[RunOption.evaluation.text]
    if options.contains(RunOption.data.initialWeights) {
      throw usage("two files of weights", "--weights, --init", "leave out --init")
    }
    if text != nil, configuration.trainFile ?? configuration.dataDirectory != nil {
      throw usage("two texts to measure on", "--text", "leave out --train, --valid and --data")
    }
    let (weights, confused) = (options(RunOption.evaluation.weights), options(RunOption.evaluation.confused))
    let metrics = options[RunOption.evaluation.metrics]?.names ?? []
    // The file is read twice: first to find its model, then for its weights.
    if (try? FilePath(named: weights).stat().type) == .fifo {
      throw RunError(
        "can't read the file (a pipe, not a regular file)", at: weights, remedy: "write it to a file and name that",
        status: .inputOutput)
    }
    let source = text.map { EvaluationPlan.Source.text($0) } ?? .validSplit
    try command.run { job in
      let plan = try EvaluationPlan(configuration, options, weights: weights, on: source, job)
      let lanes = Lanes(batchSize: plan.configuration.batchSize, count: plan.configuration.laneCount)
      _ = try command.makeWorkers(job, lanes).run { team in
        let evaluation = try Evaluation(plan, metrics: metrics, countsConfusions: confused > 0, team: team)
        guard team.rank == 0 else { return }
        print(EvaluationReport.text(evaluation, confused: confused, json: options(RunOption.evaluation.json)))
      }
    }
  }
}
