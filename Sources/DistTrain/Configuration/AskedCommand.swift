import Training

/// The command that arguments ask for: the words at their beginning that are names of commands.
struct AskedCommand {
  /// The last one named; without a name, the default one.
  let command: CommandDescription
  /// How many arguments name it.
  let depth: Int
  /// What one types for its help: "dist-train bench step".
  let words: String
  /// The word where a subcommand's name belongs, if it is none; nil otherwise.
  let unknown: String?
  private let choices: [String]

  /// - arguments: without the program's name.
  init(_ arguments: [String]) {
    var command = CommandDescription.root
    var words = [command.name]
    while let name = arguments.dropFirst(words.count - 1).first, let next = command.subcommand(named: name) {
      command = next
      words.append(name)
    }
    depth = words.count - 1
    let next = arguments.dropFirst(depth).first ?? "-"
    // Commands that have subcommands take no arguments but options.
    unknown = command.subcommands.isEmpty || next.hasPrefix("-") ? nil : next
    choices = command.subcommands.filter(\.isShown).map(\.name)
    if let name = command.defaultSubcommand, let next = command.subcommand(named: name) {
      command = next
      words.append(name)
    }
    self.command = command
    self.words = words.joined(separator: " ")
  }

  /// The first argument that the parser would read as several options of one letter, which no command has: `-dash.txt`
  /// would ask for help by its h. The value of an option doesn't count. Nil where there is none.
  static func letters(behindDash arguments: [String]) -> String? {
    for (index, argument) in arguments.enumerated() {
      if argument == "--" { return nil }
      let characters = argument.unicodeScalars
      let isLetters = characters.count > 2 && characters.dropFirst().first?.properties.isAlphabetic ?? false
      guard argument.hasPrefix("-"), isLetters else { continue }
      let previous = index > 0 ? arguments[index - 1] : ""
      // Looked up only here, since describing all commands takes time.
      if previous.hasPrefix("--"),
        let option = AskedCommand(arguments).command.argument(named: String(previous.dropFirst(2))),
        option.kind != .flag
      {
        continue
      }
      return argument
    }
    return nil
  }

  /// The usage error about the unknown command.
  func error(unknown name: String) -> RunError {
    let near = NearestName.find(name, in: choices)
    return RunError(
      "unknown command", at: name,
      remedy: "\(near.map { "did you mean \($0)?" } ?? "there are \(choices.joined(separator: ", "))")",
      status: .usage)
  }
}
