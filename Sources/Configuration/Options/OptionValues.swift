package import Files

/// The values that a command's options were given, on the command line or elsewhere; a read without one gives the
/// default.
package struct OptionValues: Sendable {
  /// The options that the command has, in their order.
  package private(set) var declared: [any DeclaredOption]
  private var given: [String: any OptionValue] = [:]

  /// None given.
  package init(_ declared: [any DeclaredOption] = []) { self.declared = declared }

  /// What was given; nil where nothing was.
  package func given<Value>(_ option: OptionDeclaration<Value>) -> Value? { given[option.name] as? Value }

  /// What was given, or the default; nil where there is neither.
  package subscript<Value>(option: OptionDeclaration<Value>) -> Value? { given(option) ?? option.initial }

  /// What was given, or the default, of an option that has one or can't be left out.
  package func callAsFunction<Value>(_ option: OptionDeclaration<Value>) -> Value {
    guard let value = self[option] else { preconditionFailure("--\(option.name) has neither value nor default") }
    return value
  }

  /// Notes what was given; nil takes it back.
  package mutating func set<Value>(_ value: Value?, for option: OptionDeclaration<Value>) { given[option.name] = value }

  /// Whether the option was given at all.
  package func contains(_ option: some DeclaredOption) -> Bool { contains(name: option.name) }

  /// Whether the option of this long name was given.
  package func contains(name: String) -> Bool { given[name] != nil }

  /// Throws a usage error for the first option whose value is out of its bounds.
  package func check() throws(RunError) { for option in declared { try option.check(self) } }

  /// These with what others of the same options were given, which goes before.
  package func taking(_ other: Self) -> Self {
    var both = self
    both.given.merge(other.given) { _, later in later }
    return both
  }

  /// Those of two groups of options.
  package static func + (one: Self, other: Self) -> Self {
    var both = one
    both.declared += other.declared
    both.given.merge(other.given) { _, later in later }
    return both
  }
}
