internal import Training

/// `config.json`: every option as resolved, and facts about the workers that no comparison reads.
enum ConfigurationFile {
  static func text(_ configuration: RunConfiguration, workers: Int) -> String {
    func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    let value = JSONValue.object([
      ("model", .string(configuration.model.name)), ("hidden", .integer(configuration.hidden)),
      ("batch-size", .integer(configuration.batchSize)), ("bptt", .integer(configuration.bptt)),
      ("lanes", .integer(configuration.laneCount)), ("hidden-state", .string(configuration.hiddenState.rawValue)),
      ("seed", .string("\(configuration.seed)")), ("init", optional(configuration.initialWeights)),
      ("train", optional(configuration.trainFile)), ("valid", optional(configuration.validFile)),
      ("epochs", .integer(configuration.epochs)),
      ("lr", configuration.learningRate.map { .number($0) } ?? .string("auto")),
      ("pct-start", .number(configuration.pctStart)), ("div-factor", .number(configuration.divFactor)),
      ("moms", .array([.number(configuration.momenta.ends), .number(configuration.momenta.peak)])),
      ("weight-decay", .number(configuration.weightDecay)), ("lr-find", .bool(configuration.findsLearningRate)),
      ("steps", configuration.stepLimit.map { .integer($0) } ?? .null),
      ("environment", .object([("workers", .integer(workers))])),
    ])
    return value.prettyText + "\n"
  }
}
