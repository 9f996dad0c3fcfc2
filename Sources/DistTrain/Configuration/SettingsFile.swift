import Training
import Yams

/// A configuration file: options by their long names, in YAML, of which JSON is a part.
enum SettingsFile {
  /// The file's settings in their order. What is null isn't set; and the facts in a `config.json` about the environment
  /// of its run are no settings.
  ///
  /// - Throws: `RunError` where the file can't be read, is no YAML, or is no list of names with values.
  static func settings(_ path: String) throws(RunError) -> [OptionSetting] {
    var settings: [OptionSetting] = []
    for member in try members(path, remedy: "give --config a file of options") {
      if case .mapping(let members) = member.value {
        if member.name == ConfigurationFile.environmentName { continue }
        if member.name == RunOption.monitoring.monitor.name, let metric = members["name"]?.string {
          throw RunError(
            "the run was judged by a metric that its program has (\(PlainText.shortened(metric, to: 40)))",
            at: member.place, remedy: "write `monitor: valid_loss` there, or one of --metrics", status: .usage)
        }
      }
      if let setting = try setting(member.name, member.value, member.place) { settings.append(setting) }
    }
    return settings
  }

  /// The names in a file, in their order, with their values.
  ///
  /// - remedy: what to do where it can't be read.
  static func members(
    _ path: String, remedy: String
  ) throws(RunError) -> [(name: String, value: Node, place: String)] {
    let text = try InputFile.text(path, remedy: remedy)
    let root: Node?
    do {
      root = try compose(yaml: text)
    } catch {
      throw RunError(
        "the configuration is no YAML (\(reason(error)))", at: path, remedy: "write `option: value` on each line",
        status: .usage)
    }
    guard let root, root != "" else { return [] }
    guard case .mapping(let mapping) = root else {
      throw RunError(
        "the configuration has no names", at: path, remedy: "write `option: value` on each line", status: .usage)
    }
    return try members(of: mapping, path)
  }

  /// The names in a part of the file at `path`, in their order, with their values.
  static func members(
    of mapping: Node.Mapping, _ path: String
  ) throws(RunError) -> [(name: String, value: Node, place: String)] {
    try mapping.map { key, value throws(RunError) in
      let place = path + (key.mark.map { ", line \($0.line)" } ?? "")
      guard let name = key.string else {
        throw RunError("a name is not a text", at: place, remedy: "write `option: value`", status: .usage)
      }
      return (name, value, place)
    }
  }

  /// A value or a list of them as a setting; nil for null.
  static func setting(_ name: String, _ value: Node, _ place: String) throws(RunError) -> OptionSetting? {
    switch value {
    case .scalar(let scalar):
      let isQuoted = scalar.style == .singleQuoted || scalar.style == .doubleQuoted
      // Neither an empty value nor a quoted text is null.
      if !isQuoted, scalar.string != "", value.null != nil { return nil }
      let truth = isQuoted ? OptionSetting.truth(of: scalar.string) : value.bool
      return OptionSetting(name: name, values: [scalar.string], truth: truth, isQuoted: isQuoted, place: place)
    case .sequence(let sequence):
      let values = sequence.compactMap { if case .scalar(let scalar) = $0 { scalar.string } else { nil } }
      guard values.count == sequence.count else { throw notOneValue(name, place) }
      return OptionSetting(name: name, values: values, truth: nil, place: place)
    case .mapping, .alias: throw notOneValue(name, place)
    }
  }

  private static func notOneValue(_ name: String, _ place: String) -> RunError {
    RunError(
      "'\(name)' is neither a value nor a list of them", at: place, remedy: "write `option: value`", status: .usage)
  }

  /// A YAML error on one line, without the file's text.
  private static func reason(_ error: any Error) -> String {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      "\(problem), line \(mark.line)"
    case .duplicatedKeysInMapping(let duplicates, _):
      "more than one value for \(duplicates.map { "'\($0)'" }.joined(separator: ", "))"
    default: "\(error)".split(whereSeparator: \.isNewline).first.map { String($0) } ?? "unreadable"
    }
  }
}
