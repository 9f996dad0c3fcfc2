import Training

/// The command that arguments ask for: the words at their beginning that are names of commands.
struct AskedCommand {
  /// The last one named; without a name, the default one.
  let command: CommandDescription
  /// How many arguments name it.
  let depth: Int
  /// What one types for its help: "dist-train bench step".
  let words: String
  /// The word that stands where another command's name should, though there is none of that name.
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
    // Whichever commands have others below them take no arguments but options.
    unknown = command.subcommands.isEmpty || next.hasPrefix("-") ? nil : next
    choices = command.subcommands.filter(\.isShown).map(\.name)
    if let name = command.defaultSubcommand, let next = command.subcommand(named: name) {
      command = next
      words.append(name)
    }
    self.command = command
    self.words = words.joined(separator: " ")
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
