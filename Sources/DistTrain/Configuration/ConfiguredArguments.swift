import Training

/// The command line with what a configuration file and the environment add to it: command line beats file beats
/// environment.
///
/// Each setting becomes an argument before the user's own, so the argument parser judges all of them alike.
struct ConfiguredArguments {
  /// The arguments, without the program's name.
  let arguments: [String]
  /// Where the added ones come from, by the option's name.
  private var places: [String: String] = [:]

  /// Only commands with this option take settings from a file; all take them from the environment.
  private static let file = "config"
  /// Arguments that ask for something in place of work.
  private static let requests = [
    "help", "--help", "-h", "--help-hidden", "--version", "--experimental-dump-help", "---completion",
  ]

  /// - given: the user's arguments; environment: the settings in the environment.
  ///
  /// - Throws: a `RunError` for a file that can't be read, for a name that no command has, and for a flag whose value
  ///   is neither true nor false.
  init(_ given: [String], environment: [OptionSetting]) throws(RunError) {
    let names = Set(given.filter { $0.hasPrefix("--") }.map { String($0.dropFirst(2).prefix { $0 != "=" }) })
    let asksForHelp = given.contains { Self.requests.contains($0) || $0.hasPrefix("--generate-completion-script") }
    guard !asksForHelp, names.contains(Self.file) || !environment.isEmpty else {
      arguments = given
      return
    }
    let asked = AskedCommand(given)
    let (command, depth) = (asked.command, asked.depth)
    let readsFile = command.argument(named: Self.file) != nil
    var environment = environment
    let own = environment.firstIndex { $0.name == Self.file }.map { environment.remove(at: $0) }
    if readsFile, let own { try Self.checkValue(own) }
    let path = readsFile ? Self.value(of: Self.file, given) ?? own?.values.first : nil
    let fromFile = try path.map { (path) throws(RunError) in try SettingsFile.settings(path) } ?? []
    var added: [String] = []
    var places: [String: String] = [:]
    for (settings, isFile) in [(fromFile, true), (environment, false)] {
      try Self.checkFlags(settings)
      for setting in settings {
        guard let argument = try Self.argument(setting, command, isFile: isFile) else { continue }
        // The option may have been given by another of its names.
        let own = Self.names(argument)
        guard !own.contains(where: { names.contains($0) || places[$0] != nil }) else { continue }
        try Self.checkValue(setting)
        added += try Self.words(setting, argument, command)
        for name in own { places[name] = setting.place }
      }
    }
    self.places = places
    arguments = given[..<depth] + added + given[depth...]
  }

  /// What is asked for in place of work, where something is: "--version".
  var request: String {
    arguments.first { Self.requests.contains($0) || $0.hasPrefix("--generate-completion-script") } ?? "--help"
  }

  /// The error with the place of the file or variable that an option in it comes from, if it does.
  func placing(_ error: RunError) -> RunError {
    guard error.status == .usage else { return error }
    let words = error.place.split { !($0.isLetter || $0.isNumber || $0 == "-") }.filter { $0.hasPrefix("--") }
    // An option may be named for each of two ranks.
    var origins: [String] = []
    for origin in words.compactMap({ places[String($0.dropFirst(2))] }) where !origins.contains(origin) {
      origins.append(origin)
    }
    guard !origins.isEmpty else { return error }
    return RunError(
      error.problem, at: "\(error.place) (\(origins.joined(separator: "; ")))", remedy: error.remedy,
      status: error.status)
  }

  /// Throws for a flag that one setting turns on and another of the same place off: the order of neither says which
  /// counts.
  private static func checkFlags(_ settings: [OptionSetting]) throws(RunError) {
    var known: [String: (setting: OptionSetting, isOn: Bool)] = [:]
    for setting in settings {
      guard let truth = setting.truth, !setting.isQuoted else { continue }
      let isNegative = setting.name.hasPrefix("no-")
      let name = isNegative ? String(setting.name.dropFirst(3)) : setting.name
      let isOn = truth != isNegative
      if let other = known[name], other.isOn != isOn {
        throw RunError(
          "'\(other.setting.name)' and '\(setting.name)' contradict each other",
          at: "\(other.setting.place), \(setting.place)", remedy: "leave out one of the two", status: .usage)
      }
      known[name] = (setting, isOn)
    }
  }

  /// All names of an argument; the parser has a flag that can be turned off as two.
  private static func names(_ argument: CommandDescription.Argument) -> [String] {
    guard argument.kind == .flag else { return argument.names }
    return argument.names.flatMap { [$0, $0.hasPrefix("no-") ? String($0.dropFirst(3)) : "no-\($0)"] }
  }

  /// The value after the last `--name`, in either form.
  private static func value(of name: String, _ given: [String]) -> String? {
    guard let index = given.lastIndex(where: { $0 == "--\(name)" || $0.hasPrefix("--\(name)=") }) else { return nil }
    if given[index] == "--\(name)" { return index + 1 < given.count ? given[index + 1] : nil }
    return String(given[index].dropFirst(name.count + 3))
  }

  /// The command's option of the setting's name; nil where another command has it.
  static func argument(
    _ setting: OptionSetting, _ command: CommandDescription, isFile: Bool
  ) throws(RunError) -> CommandDescription.Argument? {
    let reserved: Set = [file, "help", "version"]
    if !reserved.contains(setting.name) {
      for name in [setting.name, "no-\(setting.name)"] {
        if let argument = command.argument(named: name) { return argument }
        if CommandDescription.root.allNames.contains(name) { return nil }
      }
    }
    // The environment is that of all commands.
    let names = isFile ? Set(command.arguments.flatMap(\.names)) : CommandDescription.root.allNames
    let known = names.subtracting(reserved)
    let near = NearestName.find(setting.name, in: known).map { isFile ? $0 : EnvironmentSettings.variable($0) }
    throw RunError(
      isFile ? "unknown option '\(setting.name)'" : "unknown option in the environment", at: setting.place,
      remedy: near.map { "did you mean \($0)?" } ?? "see `dist-train \(command.name) --help`", status: .usage)
  }

  /// Throws for a setting without a value.
  static func checkValue(_ setting: OptionSetting) throws(RunError) {
    guard setting.values.isEmpty || setting.values.contains("") else { return }
    throw RunError(
      "'\(setting.name)' has an empty value", at: setting.place, remedy: "give a value, or take the setting out",
      status: .usage)
  }

  /// The setting as arguments.
  static func words(
    _ setting: OptionSetting, _ argument: CommandDescription.Argument, _ command: CommandDescription
  ) throws(RunError) -> [String] {
    guard argument.kind == .flag else {
      // After an equals sign, a value may begin with a dash.
      let values = argument.isRepeating ? setting.values : [setting.values.joined(separator: ",")]
      return values.map { "--\(argument.names[0])=\($0)" }
    }
    if setting.truth != nil, setting.isQuoted {
      throw RunError(
        "'\(setting.name)' has its true or false in quotation marks", at: setting.place,
        remedy: "leave out the quotation marks", status: .usage)
    }
    guard let truth = setting.truth else {
      throw RunError(
        "'\(setting.values.joined(separator: ", "))' is neither true nor false", at: setting.place,
        remedy: "give true or false", status: .usage)
    }
    // A flag of one name turns on what it names; or it begins with "no-" and turns off what the rest names.
    let wanted =
      truth ? setting.name : setting.name.hasPrefix("no-") ? String(setting.name.dropFirst(3)) : "no-\(setting.name)"
    return command.argument(named: wanted) != nil ? ["--\(wanted)"] : []
  }
}
