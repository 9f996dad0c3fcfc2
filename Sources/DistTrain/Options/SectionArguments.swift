import ArgumentParser
import Training

/// A section of options as the argument parser has them: their definitions and what is parsed follow from the
/// declarations.
///
/// The parser learns a type's arguments by reflecting an instance, and decodes them by their names; both are answered
/// from the list of declarations here instead of from properties with wrappers.
struct SectionArguments<Section: OptionSection>: ParsableArguments, CustomReflectable {
  /// What was given.
  private(set) var values = OptionValues(Section().options)

  init() {}

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: OptionKey.self)
    for option in Section().options { try option.read(container, into: &values) }
  }

  var customMirror: Mirror {
    let children: [(label: String?, value: Any)] = Section().options.map { ($0.name, $0.argument) }
    return Mirror(self, children: children)
  }
}

/// An option's name as the parser's key.
struct OptionKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

/// An option's value on the command line; none given where the parser takes its default.
private struct OptionArgument<Value: OptionValue>: ExpressibleByArgument {
  let given: Value?
  /// What help says of the default; empty for nothing.
  let defaultValueDescription: String

  init(default text: String?) {
    given = nil
    defaultValueDescription = text ?? ""
  }

  init?(argument: String) {
    guard let value = Value(text: argument) else { return nil }
    given = value
    defaultValueDescription = ""
  }

  static var allValueStrings: [String] { Value.choices }
}

extension DeclaredOption {
  /// The parser's definition of the option: one of its property wrappers.
  fileprivate var argument: Any {
    let option = declaration
    if Value.self == Bool.self {
      let help = ArgumentHelp(option.help)
      return switch option.spelling {
      case .on: Flag(wrappedValue: false, name: .customLong(name), help: help) as Any
      case .off: Flag(wrappedValue: false, name: .customLong("no-\(name)"), help: help)
      case .both: Flag<Bool?>(name: .customLong(name), inversion: .prefixedNo, help: help)
      }
    }
    let help = ArgumentHelp(option.help, valueName: option.valueName)
    let completion = option.completion.kind(Value.choices)
    if Value.self == [String].self {
      return Option<[String]>(wrappedValue: [], name: .customLong(name), help: help, completion: completion)
    }
    // A number is taken as it stands even with a leading dash, so that `--batch-size -1` is answered with its bounds.
    let isNumber = option.completion == .values && Value.choices.isEmpty && Value.self != String.self
    let parsing = isNumber ? SingleValueParsingStrategy.unconditional : .next
    if option.isRequired {
      return Option<OptionArgument<Value>>(
        name: .customLong(name), parsing: parsing, help: help, completion: completion)
    }
    return Option(
      wrappedValue: OptionArgument<Value>(default: option.initialText ?? option.initial?.text),
      name: .customLong(name), parsing: parsing, help: help, completion: completion)
  }

  /// Takes over what the parser has found.
  fileprivate func read(_ container: KeyedDecodingContainer<OptionKey>, into values: inout OptionValues) throws {
    let option = declaration
    let key = OptionKey(stringValue: name)
    if Value.self == [String].self {
      let list = try container.decode(Option<[String]>.self, forKey: key).wrappedValue
      values.set(list.isEmpty ? nil : list as? Value, for: option)
      return
    }
    guard Value.self == Bool.self else {
      values.set(try container.decode(Option<OptionArgument<Value>>.self, forKey: key).wrappedValue.given, for: option)
      return
    }
    func isTyped() throws -> Bool { try container.decode(Flag<Bool>.self, forKey: key).wrappedValue }
    let value: Bool? =
      switch option.spelling {
      case .on: try isTyped() ? true : nil
      case .off: try isTyped() ? false : nil
      case .both: try container.decode(Flag<Bool?>.self, forKey: key).wrappedValue
      }
    values.set(value as? Value, for: option)
  }
}

extension OptionCompletion {
  /// - choices: the values that there are, if they are few.
  fileprivate func kind(_ choices: [String]) -> CompletionKind? {
    switch self {
    case .values: choices.isEmpty ? nil : .list(choices)
    case .file: .file()
    case .files(let extensions): .file(extensions: extensions)
    case .directory: .directory
    }
  }
}
