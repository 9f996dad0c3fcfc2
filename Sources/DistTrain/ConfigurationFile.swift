internal import Training

/// `config.json`: every option as resolved, and facts about the workers that no comparison reads.
enum ConfigurationFile {
  static func text(_ configuration: RunConfiguration, workers: Int) -> String {
    guard case .object(let options) = configuration.json else { preconditionFailure("options are an object") }
    return JSONValue.object(options + [("environment", .object([("workers", .integer(workers))]))]).prettyText + "\n"
  }
}
