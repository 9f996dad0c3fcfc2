internal import Configuration
internal import Files

/// `config.json`: every option as resolved, and facts about the workers that no comparison reads.
public enum ConfigurationFile {
  /// The member that holds facts, no options.
  public static let environmentName = "environment"

  /// The file's text.
  ///
  /// - nonFinite: what the run does about steps that aren't finite; facts: about where resolved values came from.
  static func text(
    _ configuration: RunConfiguration, nonFinite: NonFiniteRule, workers: Int, facts: [(name: String, value: JSONValue)]
  ) -> String {
    guard case .object(let options) = configuration.json else { preconditionFailure("options are an object") }
    let environment = JSONValue.object([("workers", .integer(workers))] + facts)
    return JSONValue.object(
      options + [("on-non-finite", .string(nonFinite.rawValue)), (environmentName, environment)]
    ).prettyText + "\n"
  }
}
