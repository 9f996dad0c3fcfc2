import ArgumentParser
import Teams
import Training

/// `dist-train evaluate`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure loss, accuracy and perplexity of weights on the valid split.",
    discussion: """
      Weights may come from a run of dist-train or from a PyTorch program, written with the safetensors library.

      Example: dist-train evaluate --weights runs/first/model.safetensors --json
      """)

  @Option(help: ArgumentHelp("The weights, safetensors.", valueName: "file"))
  var weights: String

  @OptionGroup(title: "Model and data") var shared: SharedArguments

  @Flag(help: "Print one JSON object on one line.")
  var json = false

  func run() throws {
    var options = shared.options
    try options.check()
    guard options.initialWeights == nil else {
      throw RunError(
        "two files of weights", at: "--weights, --init", remedy: "leave out --init", status: .usage)
    }
    options.initialWeights = weights
    try runEvaluation(options, printsJSON: json)
  }
}

/// Validates once and tells the result.
private func runEvaluation(_ options: SharedOptions, printsJSON: Bool) throws {
  let configuration = try RunConfiguration(options)
  try options.run { team in
    let session = try Session(configuration, team: team)
    let (loss, accuracy) = session.validate()
    guard team.rank == 0 else { return }
    let perplexity = perplexity(ofLoss: loss)
    if printsJSON {
      let figures: [(name: String, value: JSONValue)] = [
        ("valid_loss", .number(loss)), ("accuracy", .number(accuracy)), ("perplexity", .number(perplexity)),
      ]
      print(JSONValue.object(figures).text)
    } else {
      print("valid loss \(NumberText.fixed(loss, decimals: 6))")
      print("accuracy   \(NumberText.fixed(accuracy, decimals: 6))")
      print("perplexity \(NumberText.fixed(perplexity, decimals: 6))")
    }
  }
}
