/// A group of options under one title. Its stored properties are the options, in the order of the help.
package protocol OptionSection: Sendable {
  /// Stands over them in help and manual page.
  static var title: String { get }
  init()
}

extension OptionSection {
  /// The declarations that are its stored properties.
  package var options: [any DeclaredOption] {
    Mirror(reflecting: self).children.compactMap { $0.value as? any DeclaredOption }
  }
}
