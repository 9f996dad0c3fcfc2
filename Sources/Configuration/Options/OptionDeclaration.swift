package import Files

/// All that is said of an option, in one place. Parsing, configuration files, the environment, JSON, bounds, help,
/// manual page, completions, and the comparison between ranks and on resume go by it.
package struct OptionDeclaration<Value: OptionValue>: DeclaredOption {
  /// The long name without dashes, also the name in `config.json`.
  package let name: String
  /// The sentence of help and manual page.
  package let help: String
  /// What stands for the value there: "n".
  package let valueName: String?
  /// What files the value names, for completions.
  package var completion = OptionCompletion.values
  /// What errors call the value: "batch size".
  package var subject = "value"
  /// What a value must be.
  package var bounds = ValueBounds<Value>.any
  /// What a run without the option has; nil for none, or where it depends on others.
  package var initial: Value?
  /// The default in words, where it isn't one value.
  package var initialText: String?
  /// Whether the run computes from it.
  package var role: OptionRole
  /// Whether the command can't do without it.
  package var isRequired = false
  /// How it is typed, if it is a flag.
  package var spelling = FlagSpelling.on
  /// The option that it follows in JSON; nil for its place in the list.
  package var jsonFollows: String?
  /// Whether JSON has it where it has the value of a run without it.
  package var isWrittenUnset = true
  /// Whether a run of this configuration has the option at all.
  package var isOffered: @Sendable (RunConfiguration) -> Bool = { _ in true }
  /// Where a run's configuration has its value; nil for what isn't kept there.
  private let field: OptionField<Value>?

  private init(
    _ name: String, _ field: OptionField<Value>?, initial: Value?, initialText: String?, _ help: String, value: String?,
    _ subject: String, _ bounds: ValueBounds<Value>, _ role: OptionRole, _ completion: OptionCompletion
  ) {
    (self.name, self.field, self.initial, self.initialText, self.help) = (name, field, initial, initialText, help)
    (valueName, self.subject, self.bounds, self.role, self.completion) = (value, subject, bounds, role, completion)
  }

  /// An option of the configuration, whose default is the configuration's.
  package init(
    _ name: String, _ field: OptionField<Value>, _ help: String, value: String? = nil, subject: String = "value",
    in bounds: ValueBounds<Value> = .any, default text: String? = nil, role: OptionRole = .computed(.fixed),
    completion: OptionCompletion = .values
  ) {
    self.init(
      name, field, initial: field.get(RunConfiguration()), initialText: text, help, value: value, subject, bounds, role,
      completion)
  }

  /// An option that isn't part of the configuration: `OptionValues` has its value.
  package init(
    _ name: String, initial: Value? = nil, _ help: String, value: String? = nil, subject: String = "value",
    in bounds: ValueBounds<Value> = .any, default text: String? = nil, role: OptionRole,
    completion: OptionCompletion = .values
  ) {
    self.init(
      name, nil, initial: initial, initialText: text, help, value: value, subject, bounds, role, completion)
  }

  package var declaration: Self { self }

  /// The same declaration with more said of it.
  package func with(_ change: (inout Self) -> Void) -> Self {
    var copy = self
    change(&copy)
    return copy
  }

  /// Throws a usage error for a value out of bounds.
  ///
  /// - place: the name that the caller gave it by; nil for the command line's.
  package func check(_ value: Value, at place: String? = nil) throws(RunError) {
    try bounds.check(value, subject, at: place ?? typedName)
  }

  /// What a configuration has; nil for none.
  package func value(in configuration: RunConfiguration) -> Value? { field?.get(configuration) }

  package func set(_ value: Value, in configuration: inout RunConfiguration) { field?.set(&configuration, value) }

  package var isInConfiguration: Bool { field != nil }
}

/// Where a run's configuration has the value of an option.
package struct OptionField<Value: OptionValue>: Sendable {
  let get: @Sendable (RunConfiguration) -> Value?
  let set: @Sendable (inout RunConfiguration, Value) -> Void

  /// A property that always has a value.
  package static func at(_ path: any WritableKeyPath<RunConfiguration, Value> & Sendable) -> Self {
    Self(get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
  }

  /// A property that may have none.
  package static func at(_ path: any WritableKeyPath<RunConfiguration, Value?> & Sendable) -> Self {
    Self(get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
  }
}

/// Whether a run computes from an option, or is only carried out by it.
package enum OptionRole: Sendable, Equatable {
  /// What is computed: in `config.json` and checkpoints, the same on all ranks.
  case computed(ResumeRule)
  /// How it is carried out, by all ranks alike.
  case common
  /// How a process carries out its part: each its own way.
  case own

  /// What an option means for a run that goes on from a checkpoint.
  package enum ResumeRule: Sendable {
    /// It must be the checkpoint's.
    case fixed
    /// It must be the checkpoint's, unless a new schedule is asked for.
    case schedule
    /// It belongs to the launch: the new one holds.
    case launch
    /// It is about a run's start, which is over.
    case start
  }
}

/// How a flag is typed.
package enum FlagSpelling: Sendable {
  /// `--name` for true.
  case on
  /// `--no-name` for false.
  case off
  /// Both.
  case both
}

/// What a shell completes an option's value by.
package enum OptionCompletion: Sendable, Equatable {
  /// The values that there are, if they are few.
  case values
  case file
  case files([String])
  case directory
}
