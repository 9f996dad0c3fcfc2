internal import Models
public import Files

extension RunConfiguration {
  /// The options by their names on the command line, as files keep them.
  public var json: JSONValue {
    .object(RunOption.computed.filter { $0.isWritten(self) }.map { ($0.name, $0.json(self)) })
  }

  /// The options' names and values as a reader sees them; those that aren't set are left out.
  public var entries: [(name: String, value: String)] {
    guard case .object(let options) = json else { preconditionFailure("options are an object") }
    return options.compactMap { name, value in
      switch value {
      case .null: nil
      case .string(let text): (name, text)
      case .array(let values): (name, values.map(\.text).joined(separator: ", "))
      default: (name, value.text)
      }
    }
  }

  /// The options in `json`; nil where one is none of its values or out of its bounds. Those that it lacks keep their
  /// defaults; only the model must be named.
  public init?(json: JSONValue) {
    self.init()
    guard json[RunOption.model.model.name] != nil else { return nil }
    for option in RunOption.computed { guard option.take(json, into: &self) else { return nil } }
    guard (1...batchSize).contains(laneCount), modelViolation == nil else { return nil }
    guard freezeTo.map({ model.frozenGroups(to: $0) != nil }) ?? true else { return nil }
  }
}
