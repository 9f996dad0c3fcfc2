/// Where a run's files go, where it is said.
package enum OutputChoice: Equatable, Sendable, TextualOptionValue {
  /// Nowhere.
  case nowhere
  /// The directory of this path.
  case directory(String)

  package init?(text: String) { self = text == "none" ? .nowhere : .directory(text) }

  package var text: String { if case .directory(let path) = self { path } else { "none" } }
}
