/// Where a run's files go, where it is said.
package enum OutputChoice: Equatable, Sendable, TextualOptionValue {
  /// Nowhere.
  case nowhere
  /// The directory of this path.
  case directory(String)
  /// The same, of a run that begins there once more; no text stands for it.
  case begun(String)

  package init?(text: String) { self = text == "none" ? .nowhere : .directory(text) }

  package var text: String { if case .directory(let path) = self { path } else { "none" } }
}
