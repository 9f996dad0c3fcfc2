internal import Training

/// `config.json`: every option as resolved, and facts about the workers that no comparison reads.
enum ConfigurationFile {
  /// - facts: about where resolved values came from.
  static func text(
    _ configuration: RunConfiguration, workers: Int, facts: [(name: String, value: JSONValue)]
  ) -> String {
    guard case .object(let options) = configuration.json else { preconditionFailure("options are an object") }
    return JSONValue.object(options + [("environment", .object([("workers", .integer(workers))] + facts))]).prettyText
      + "\n"
  }
}
