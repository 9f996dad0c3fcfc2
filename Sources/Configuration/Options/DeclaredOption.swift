package import Files

/// An option of whatever type.
package protocol DeclaredOption<Value>: Sendable {
  associatedtype Value: OptionValue
  /// What is said of it.
  var declaration: OptionDeclaration<Value> { get }
}

extension DeclaredOption {
  /// The long name without dashes.
  package var name: String { declaration.name }
  package var role: OptionRole { declaration.role }

  /// The name as it is typed: "--batch-size", "--no-lr-find".
  package var typedName: String { declaration.spelling == .off ? "--no-\(name)" : "--\(name)" }

  /// The name as it was typed: "--no-tie-weights" where that was given.
  package func typedName(_ values: OptionValues) -> String {
    declaration.spelling == .both && values.given(declaration) == Value(text: "false") ? "--no-\(name)" : typedName
  }

  /// Whether a run of this configuration has the option at all.
  package func isOffered(_ configuration: RunConfiguration) -> Bool { declaration.isOffered(configuration) }

  /// Whether `config.json` has it.
  package var isComputed: Bool { if case .computed = role { true } else { false } }

  /// Its value in the configuration, as JSON; null for none.
  package func json(_ configuration: RunConfiguration) -> JSONValue {
    declaration.value(in: configuration)?.json ?? .null
  }

  /// Its value as a message gives it after the name as it is typed: the configuration's, or what is given beside it;
  /// "none" for none.
  package func text(_ configuration: RunConfiguration, _ values: OptionValues) -> String {
    let option = declaration
    if option.spelling == .off { return option.value(in: configuration) == Value(text: "true") ? "not given" : "given" }
    let value = option.isInConfiguration ? option.value(in: configuration) : values[option]
    return value?.text ?? "none"
  }

  /// Takes what is given, if it is.
  package func take(_ values: OptionValues, into configuration: inout RunConfiguration) {
    if let value = values.given(declaration) { declaration.set(value, in: &configuration) }
  }

  /// Takes what JSON has; false for what isn't a value of the option, or out of its bounds. A member that is missing or
  /// null leaves the configuration as it is.
  package func take(_ json: JSONValue, into configuration: inout RunConfiguration) -> Bool {
    guard let member = json[name] else { return true }
    if case .null = member { return true }
    let option = declaration
    guard let value = Value(json: member), option.bounds.violation(value, option.subject) == nil else { return false }
    option.set(value, in: &configuration)
    return true
  }

  /// Throws a usage error for a given value that is out of bounds.
  package func check(_ values: OptionValues) throws(RunError) {
    if let value = values.given(declaration) { try declaration.check(value) }
  }

  /// Throws a usage error for a value of the configuration that is out of bounds.
  package func check(_ configuration: RunConfiguration, at place: String) throws(RunError) {
    if let value = declaration.value(in: configuration) { try declaration.check(value, at: place) }
  }

  /// Whether JSON of the configuration has a member for it.
  func isWritten(_ configuration: RunConfiguration) -> Bool {
    let option = declaration
    return isComputed && isOffered(configuration)
      && (option.isWrittenUnset || option.value(in: configuration) != option.initial)
  }
}
