/// The manual page, in the roff of man(7): every command with its options as the argument parser knows them.
///
/// A group of options that several commands have is listed once, under its title.
struct ManualPage {
  private let root: CommandDescription
  private let version: String
  /// The commands that a page shows, by their whole names.
  private let commands: [(name: String, command: CommandDescription)]

  init(_ root: CommandDescription, version: String) {
    self.root = root
    self.version = version
    commands = Self.leaves(root, prefix: "")
  }

  private static func leaves(
    _ command: CommandDescription, prefix: String
  ) -> [(name: String, command: CommandDescription)] {
    command.subcommands.filter(\.isShown).flatMap { sub in
      sub.subcommands.isEmpty ? [(prefix + sub.name, sub)] : leaves(sub, prefix: prefix + sub.name + " ")
    }
  }

  /// The page's text.
  var text: String {
    var text = """
      .TH \(root.name.uppercased()) 1 "" "\(root.name) \(version)" "User Commands"
      .SH NAME
      \(root.name) \\- \(Self.escaped(Self.withoutStop(root.abstract)))
      .SH SYNOPSIS
      .B \(root.name)
      [\\fIcommand\\fR] [\\fIoptions\\fR]
      .SH DESCRIPTION
      \(Self.paragraphs(root.discussion))
      .SH COMMANDS

      """
    for (name, command) in commands {
      text += ".SS \(Self.escaped(name))\n\(Self.escaped(command.abstract))\n"
      if !command.discussion.isEmpty { text += ".PP\n\(Self.paragraphs(command.discussion))\n" }
      let own = command.arguments.filter { $0.isShown && !Self.isEverywhere($0) && !isShared($0) }
      text += own.map(Self.entry).joined()
      let groups = Self.titles(command.arguments.filter { $0.isShown && isShared($0) })
      if !groups.isEmpty {
        text += ".PP\nTakes also the options under \(Self.escaped(groups.joined(separator: ", "))).\n"
      }
    }
    for title in Self.titles(commands.flatMap { $0.command.arguments }.filter { isShared($0) }) {
      text += ".SH \(Self.escaped(title.uppercased()))\n"
      let group = commands.lazy.map { $0.command.arguments.filter { $0.section == title && $0.isShown } }
        .first { !$0.isEmpty }
      text += (group ?? []).map(Self.entry).joined()
    }
    return text + Self.ending
  }

  private static func isEverywhere(_ argument: CommandDescription.Argument) -> Bool {
    argument.names.contains("help") || argument.names.contains("version")
  }

  /// Whether the argument belongs to a group that several commands have.
  private func isShared(_ argument: CommandDescription.Argument) -> Bool {
    guard let section = argument.section else { return false }
    return commands.count { $0.command.arguments.contains { $0.section == section } } > 1
  }

  /// The groups' titles in the order in which they come first.
  private static func titles(_ arguments: [CommandDescription.Argument]) -> [String] {
    arguments.compactMap(\.section).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// An option with what it means.
  private static func entry(_ argument: CommandDescription.Argument) -> String {
    let value = "\\fI\(escaped(argument.valueName))\\fR"
    let names = argument.shortNames.map { "-\($0)" } + argument.names.map { "--\($0)" }
    let bold = names.map { "\\fB\(escaped($0))\\fR" }.joined(separator: ", ")
    let head =
      switch argument.kind {
      case .positional: value + (argument.isRepeating ? " ..." : "")
      case .option: "\(bold) \(value)"
      case .flag: bold
      }
    var text = argument.abstract
    let values = argument.values.isEmpty ? nil : "values: \(argument.values.joined(separator: ", "))"
    let initial = argument.kind == .flag ? nil : argument.defaultValue.map { "default: \($0)" }
    let facts = [values, initial].compactMap(\.self)
    if !facts.isEmpty { text += " (\(facts.joined(separator: "; ")))" }
    return ".TP\n\(head)\n\(escaped(text))\n"
  }

  /// A help text's paragraphs; its examples, a command to a line, indented as they stand.
  private static func paragraphs(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      if line.allSatisfy(\.isWhitespace) { return ".PP" }
      guard line.hasPrefix("Example: ") else { return escaped(String(line)) }
      return ".PP\n.RS 4\n.nf\n\(escaped(String(line.dropFirst("Example: ".count))))\n.fi\n.RE"
    }.joined(separator: "\n")
  }

  private static func withoutStop(_ text: String) -> String { text.hasSuffix(".") ? String(text.dropLast()) : text }

  /// Text that roff takes as it stands: no escapes, no requests, hyphens that can be copied.
  private static func escaped(_ text: String) -> String {
    let text = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
    return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
  }

  /// What holds for all commands.
  private static let ending = #"""
    .SH CONFIGURATION
    Commands with the option
    .B \-\-config
    take their options, by their long names, from four places: the command line goes before the file, the file before the
    environment, and the environment before the default. The file is YAML, or JSON such as the
    .I config.json
    in each run's directory, which starts the same run again. A flag takes true or false, a list stands for values with commas
    between them.
    .PP
    .RS 4
    .nf
    epochs: 20
    lr: 1e-3
    moms: [0.95, 0.85]
    lr-find: false
    .fi
    .RE
    .SH ENVIRONMENT
    .TP
    \fBDIST_TRAIN_\fIOPTION\fR
    Any option of a command, its long name in capitals with underscores, as
    .BR DIST_TRAIN_BATCH_SIZE=32 .
    .TP
    .B NO_COLOR
    No colours on a terminal, whatever the value, unless it is empty.
    .SH EXIT STATUS
    .TP
    .B 0
    Done.
    .TP
    .B 1
    Failed while running; of a sweep, some runs have failed.
    .TP
    .B 64
    Wrong usage or configuration.
    .TP
    .B 65
    Bad input data or checkpoint.
    .TP
    .B 74
    Input or output failed.
    .TP
    .B 75
    A rank was lost or stuck, or a stop was asked for and a checkpoint written: run again with \fB\-\-resume\fR.

    """#
}
