/// A group of options under one title. Its stored properties are the options, in the order of the help.
package protocol OptionSection: Sendable {
  /// The heading in help and manual page; empty for those of a single command, which are listed with the command.
  static var title: String { get }
  init()
}

extension OptionSection {
  package static var title: String { "" }

  /// The declarations that are its stored properties.
  package var options: [any DeclaredOption] {
    Mirror(reflecting: self).children.compactMap { $0.value as? any DeclaredOption }
  }
}
