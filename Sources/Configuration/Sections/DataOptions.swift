internal import Files
internal import Data

/// The data, how it is spread over streams, lanes and workers, and where the weights start.
package struct DataOptions: OptionSection {
  package static let title = "Data and workers"

  package let config = OptionDeclaration<String>(
    "config",
    "Options by their long names, in YAML or JSON such as a run's config.json. The command line goes before them.",
    value: "file", subject: "file", role: .own, completion: .files(["yaml", "yml", "json"]))

  package let batchSize = OptionDeclaration(
    "batch-size", .at(\.batchSize), "Streams over all workers.", value: "n", subject: "batch size",
    in: LanguageModelData.batchSizeBounds)

  package let bptt = OptionDeclaration(
    "bptt", .at(\.bptt), "Tokens of each stream in a step.", value: "n", subject: "bptt",
    in: LanguageModelData.bpttBounds)

  package let lanes = OptionDeclaration(
    "lanes", .at(\.resolvedLanes), "Groups of streams that sums are built from.", value: "n",
    subject: "number of lanes",
    default: "min(16, batch size)")

  package let threads = OptionDeclaration<Int>(
    "threads", "Workers in each process.", value: "n", subject: "number of threads", in: .threads,
    default: "the node's cores shared by its ranks, of which some are idle when they are more", role: .common)

  package let ranksPerNode = OptionDeclaration<Int>(
    "ranks-per-node", "Treat every so many ranks of a machine as a node of their own.", value: "n",
    subject: "number of ranks", in: .from(1, to: 65_536), role: .common)

  package let hiddenState = OptionDeclaration(
    "hidden-state", .at(\.hiddenState), "Whether epochs and validations take over the hidden state.", value: "rule",
    default: "carry; epoch for awd-lstm")

  package let seed = OptionDeclaration(
    "seed", .at(\.seed), "Where the random initial weights start from.", value: "n")

  package let initialWeights = OptionDeclaration(
    "init", .at(\.initialWeights), "Initial weights: safetensors, a run's directory, or DIR/best.", value: "file",
    subject: "file",
    in: .named("give a file"), completion: .file)

  package let newVocabulary = OptionDeclaration(
    "new-vocabulary", .at(\.takesNewVocabulary),
    "Take --init's weights for texts of another vocabulary: tokens that both have keep their rows, others begin at the mean.",
    role: .computed(.start)
  ).with { $0.leavesOutDefault = true }

  package let train = OptionDeclaration(
    "train", .at(\.trainFile), "Text to train on.", value: "file", subject: "file", in: .named("give a file"),
    default: "human numbers", role: .computed(.launch), completion: .file)

  package let valid = OptionDeclaration(
    "valid", .at(\.validFile), "Text to validate on.", value: "file", subject: "file", in: .named("give a file"),
    default: "human numbers", role: .computed(.launch), completion: .file)

  package let directory = OptionDeclaration(
    "data", .at(\.dataDirectory), "Token files that `dist-train tokenize` has made, instead of texts.", value: "dir",
    subject: "directory", in: .named("give a directory"), role: .computed(.launch), completion: .directory)

  package let logLevel = OptionDeclaration<LogLevel>(
    "log-level", initial: .warning, "The least important messages on standard error.", value: "level", role: .own)

  package init() {}
}

extension RunConfiguration {
  /// The lanes as resolved; to be set where they are given.
  package var resolvedLanes: Int {
    get { laneCount }
    set { lanes = newValue }
  }
}
