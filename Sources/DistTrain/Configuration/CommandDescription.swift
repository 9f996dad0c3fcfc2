import ArgumentParser
import Training

/// A command as the argument parser describes it, whose declarations are the only definition of all options: what
/// configuration files, environment variables and the manual page know of them comes from there.
struct CommandDescription {
  /// An option, a flag, or an argument that has no name.
  struct Argument {
    enum Kind: String { case option, flag, positional }

    let kind: Kind
    /// Long names without dashes; a flag that can be turned off has one for each.
    let names: [String]
    /// Names of one letter.
    let shortNames: [String]
    let isRepeating: Bool
    let isOptional: Bool
    /// Whether help shows it.
    let isShown: Bool
    /// The title that it is listed under in the help.
    let section: String?
    /// What help writes for its value.
    let valueName: String
    let defaultValue: String?
    /// The values that there are; empty for any.
    let values: [String]
    let abstract: String
  }

  let name: String
  let abstract: String
  let discussion: String
  let isShown: Bool
  let defaultSubcommand: String?
  let arguments: [Argument]
  let subcommands: [CommandDescription]

  /// `dist-train` with all of its subcommands.
  static let root: CommandDescription = {
    guard let json = try? JSONValue(parsing: Array(RootCommand._dumpHelp().utf8)), let command = json["command"] else {
      preconditionFailure("the argument parser describes its commands in JSON")
    }
    return CommandDescription(command)
  }()

  private init(_ json: JSONValue) {
    name = json.text("commandName") ?? ""
    abstract = json.text("abstract") ?? ""
    discussion = json.text("discussion") ?? ""
    isShown = json["shouldDisplay"] != .bool(false)
    defaultSubcommand = json.text("defaultSubcommand")
    arguments = json.list("arguments").compactMap { Argument($0) }
    // The parser adds a command `help` to those declared.
    subcommands = json.list("subcommands").map { CommandDescription($0) }.filter { $0.name != "help" }
  }

  /// The option or flag of that long name.
  func argument(named name: String) -> Argument? { arguments.first { $0.names.contains(name) } }

  /// The subcommand of that name.
  func subcommand(named name: String) -> CommandDescription? { subcommands.first { $0.name == name } }

  /// All long names of this command and those below it.
  var allNames: Set<String> {
    Set(arguments.flatMap(\.names)).union(subcommands.reduce(into: Set<String>()) { $0.formUnion($1.allNames) })
  }
}

extension CommandDescription.Argument {
  fileprivate init?(_ json: JSONValue) {
    guard let kind = json.text("kind").flatMap({ Kind(rawValue: $0) }) else { return nil }
    self.kind = kind
    func names(_ form: String) -> [String] {
      json.list("names").filter { $0.text("kind") == form }.compactMap { $0.text("name") }
    }
    self.names = names("long")
    shortNames = names("short")
    isRepeating = json["isRepeating"] == .bool(true)
    isOptional = json["isOptional"] == .bool(true)
    isShown = json["shouldDisplay"] != .bool(false)
    section = json.text("sectionTitle")
    valueName = json.text("valueName") ?? ""
    defaultValue = json.text("defaultValue")
    values = json.list("allValues").compactMap { if case .string(let text) = $0 { text } else { nil } }
    abstract = json.text("abstract") ?? ""
  }
}

extension JSONValue {
  fileprivate func text(_ name: String) -> String? { if case .string(let text)? = self[name] { text } else { nil } }

  fileprivate func list(_ name: String) -> [JSONValue] {
    if case .array(let values)? = self[name] { values } else { [] }
  }
}
