package import Files
package import Models
package import Optimization
package import Tokenization

/// A type that options have values of: written as text on the command line, in files and in the environment, and as
/// JSON in `config.json` and checkpoints.
package protocol OptionValue: Sendable, Equatable {
  /// Nil for text that says no such value.
  init?(text: String)
  /// The value as it is typed.
  var text: String { get }
  /// Nil for JSON that says no such value.
  init?(json: JSONValue)
  /// The value as files keep it.
  var json: JSONValue { get }
  /// All values as they are typed, where they are few; else empty.
  static var choices: [String] { get }
}

extension OptionValue {
  package static var choices: [String] { [] }
}

extension Int: OptionValue {
  package init?(text: String) { self.init(text) }
  package var text: String { description }
  package init?(json: JSONValue) {
    guard case .integer(let value) = json else { return nil }
    self = value
  }
  package var json: JSONValue { .integer(self) }
}

/// In JSON as text, since not every reader has 64 bits.
extension UInt64: OptionValue {
  package init?(text: String) { self.init(text) }
  package var text: String { description }
  package init?(json: JSONValue) {
    guard case .string(let text) = json else { return nil }
    self.init(text)
  }
  package var json: JSONValue { .string(description) }
}

extension Double: OptionValue {
  package init?(text: String) { self.init(text) }
  package var text: String { description }
  package init?(json: JSONValue) {
    switch json {
    case .number(let value): self = value
    case .integer(let value): self.init(value)
    default: return nil
    }
  }
  package var json: JSONValue { .number(self) }
}

extension Bool: OptionValue {
  package init?(text: String) { self.init(text) }
  package var text: String { description }
  package init?(json: JSONValue) {
    guard case .bool(let value) = json else { return nil }
    self = value
  }
  package var json: JSONValue { .bool(self) }
}

extension String: OptionValue {
  package init?(text: String) { self = text }
  package var text: String { self }
  package init?(json: JSONValue) {
    guard case .string(let text) = json else { return nil }
    self = text
  }
  package var json: JSONValue { .string(self) }
}

/// Several values of an option that may be repeated; a text is one of them.
extension Array: OptionValue where Element: OptionValue {
  package init?(text: String) {
    guard let element = Element(text: text) else { return nil }
    self = [element]
  }
  package var text: String { map(\.text).joined(separator: ",") }
  package init?(json: JSONValue) {
    guard case .array(let values) = json else { return nil }
    self = values.compactMap { Element(json: $0) }
    guard count == values.count else { return nil }
  }
  package var json: JSONValue { .array(map(\.json)) }
}

/// Values that JSON has as the text that is typed.
package protocol TextualOptionValue: OptionValue {}

extension TextualOptionValue {
  package init?(json: JSONValue) {
    guard case .string(let text) = json else { return nil }
    self.init(text: text)
  }
  package var json: JSONValue { .string(text) }
}

extension TextualOptionValue where Self: CaseIterable & RawRepresentable, RawValue == String {
  package init?(text: String) { self.init(rawValue: text) }
  package var text: String { rawValue }
  package static var choices: [String] { allCases.map(\.rawValue) }
}

extension NormChoice: TextualOptionValue {}
extension LearningRateScaling: TextualOptionValue {}
extension TokenizerKind: TextualOptionValue {}

extension OptimizerKind: TextualOptionValue {
  package init?(text: String) { self.init(name: text) }
  package var text: String { name }
  package static var choices: [String] { all.map(\.name) }
}

/// A model of the registry by its name; `Model3` is the notebook's other name of model3.
extension ModelKind: TextualOptionValue {
  package init?(text: String) {
    guard let kind = Self.all.first(where: { $0.name == text || text == "Model3" && $0 == .model3 }) else { return nil }
    self = kind
  }
  package var text: String { name }
  package static var choices: [String] { all.map(\.name) }
}
