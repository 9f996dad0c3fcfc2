public import ArgumentParser
public import Training

/// A model of the registry by its name; `Model3` is the notebook's other name of model3.
struct ModelChoice: ExpressibleByArgument {
  let kind: ModelKind

  init(_ kind: ModelKind) { self.kind = kind }

  init?(argument: String) {
    guard let kind = ModelKind.all.first(where: { $0.name == argument || argument == "Model3" && $0 == .model3 }) else {
      return nil
    }
    self.kind = kind
  }

  var defaultValueDescription: String { kind.name }
  static var allValueStrings: [String] { ModelKind.all.map(\.name) }
}

extension HiddenStateRule: ExpressibleByArgument {}

/// The options that train, lr-find and bench share.
///
/// Values are taken as they stand even with a leading dash, so that `--batch-size -1` is told its bounds.
struct SharedArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Options by their long names, in YAML or JSON such as a run's config.json. The command line goes before them.",
      valueName: "file"), completion: .file(extensions: ["yaml", "yml", "json"]))
  var config: String?

  @Option(help: "The notebook's model.")
  var model = ModelChoice(.model3)

  @Option(parsing: .unconditional, help: ArgumentHelp("Width of the hidden state.", valueName: "n"))
  var hidden = 64

  @Option(parsing: .unconditional, help: ArgumentHelp("Streams over all workers.", valueName: "n"))
  var batchSize = 64

  @Option(parsing: .unconditional, help: ArgumentHelp("Tokens of each stream in a step.", valueName: "n"))
  var bptt = 3

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Groups of streams that sums are built from. (default: min(16, batch size))", valueName: "n"))
  var lanes: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Workers in each process. (default: the node's cores shared by its ranks, of which some rest when they are more)",
      valueName: "n"))
  var threads: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Treat every so many ranks of a machine as a node of their own.", valueName: "n"))
  var ranksPerNode: Int?

  @Option(help: ArgumentHelp("Whether epochs and validations take over the hidden state.", valueName: "rule"))
  var hiddenState: HiddenStateRule = .carry

  @Option(parsing: .unconditional, help: ArgumentHelp("Where the random initial weights start from.", valueName: "n"))
  var seed: UInt64 = 42

  @Option(
    name: .customLong("init"), help: ArgumentHelp("Initial weights, safetensors.", valueName: "file"),
    completion: .file())
  var initialWeights: String?

  @Option(
    name: .customLong("train"), help: ArgumentHelp("Text to train on. (default: human numbers)", valueName: "file"),
    completion: .file())
  var trainText: String?

  @Option(
    name: .customLong("valid"), help: ArgumentHelp("Text to validate on. (default: human numbers)", valueName: "file"),
    completion: .file())
  var validText: String?

  @Option(
    help: ArgumentHelp("Token files that `dist-train tokenize` has made, instead of texts.", valueName: "dir"),
    completion: .directory)
  var data: String?

  @Option(help: ArgumentHelp("The least important messages told on standard error.", valueName: "level"))
  var logLevel: LogLevel = .warning

  /// The options with their defaults filled in, unchecked.
  var options: SharedOptions {
    SharedOptions(
      model: model.kind, hidden: hidden, batchSize: batchSize, bptt: bptt, lanes: lanes ?? max(1, min(16, batchSize)),
      threads: threads, ranksPerNode: ranksPerNode, hiddenState: hiddenState, seed: seed,
      initialWeights: initialWeights, trainText: trainText, validText: validText, data: data, logLevel: logLevel)
  }
}

extension OutputChoice: ExpressibleByArgument {
  init?(argument: String) { self = argument == "none" ? .none : .directory(argument) }
}

extension LearningRateChoice: ExpressibleByArgument {
  init?(argument: String) {
    if argument == "auto" {
      self = .automatic
    } else if let rate = Double(argument) {
      self = .fixed(rate)
    } else {
      return nil
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .fixed(let rate): "\(rate)"
    case .automatic: "auto"
    }
  }
}

extension MomentumRange: ExpressibleByArgument {
  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard parts.count == 2, let high = parts[0], let low = parts[1] else { return nil }
    self.init(high: high, low: low)
  }

  var defaultValueDescription: String { "\(high),\(low)" }
}
