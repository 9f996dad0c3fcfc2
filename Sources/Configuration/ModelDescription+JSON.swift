package import Files
package import Models

extension ModelDescription {
  /// What the kind of model has of a description, by the options' names.
  package var options: [(name: String, value: JSONValue)] {
    let configuration = RunConfiguration(self)
    return RunOption.model.options.filter { $0.isWritten(configuration) && $0.name != RunOption.model.model.name }
      .map { ($0.name, $0.json(configuration)) }
  }

  /// The whole description, as files keep it.
  package var json: JSONValue { .object([("model", .string(kind.name))] + options) }

  /// The description in `json`; nil where the model is unknown or something is out of its bounds. What is missing keeps
  /// the kind's default.
  package init?(json: JSONValue) {
    guard json[RunOption.model.model.name] != nil else { return nil }
    var configuration = RunConfiguration()
    for option in RunOption.model.options { guard option.take(json, into: &configuration) else { return nil } }
    guard configuration.modelViolation == nil else { return nil }
    self = configuration.model
  }
}

extension RunConfiguration {
  /// The default run of a model.
  fileprivate init(_ model: ModelDescription) {
    self.init()
    self.model = model
  }
}
