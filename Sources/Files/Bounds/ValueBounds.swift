/// What a value must be, with the words that say so: options of the command line and parameters of the library are held
/// against the same bounds.
package struct ValueBounds<Value: Sendable>: Sendable {
  /// What is wrong with a value, and what to give instead.
  package struct Violation: Sendable {
    package let problem: String
    package let remedy: String

    package init(_ problem: String, _ remedy: String) {
      self.problem = problem
      self.remedy = remedy
    }
  }

  /// Whether a value, which the sentence calls `subject`, lies outside; nil inside.
  package let violation: @Sendable (_ value: Value, _ subject: String) -> Violation?

  package init(_ violation: @escaping @Sendable (_ value: Value, _ subject: String) -> Violation?) {
    self.violation = violation
  }

  /// Throws a usage error for a value that lies outside.
  ///
  /// - subject: what the sentence calls the value, "batch size"; place: the option's or the parameter's name.
  package func check(_ value: Value, _ subject: String, at place: String) throws(RunError) {
    guard let violation = violation(value, subject) else { return }
    throw RunError(violation.problem, at: place, remedy: violation.remedy, status: .usage)
  }

  /// Every value.
  package static var any: Self { Self { _, _ in nil } }
}

extension ValueBounds<Int> {
  /// The whole numbers of a range.
  package static func from(_ least: Int, to most: Int = .max) -> Self {
    Self { value, subject in
      if value < least { return Violation("\(subject) \(value) is too small", "give at least \(least)") }
      if value > most { return Violation("\(subject) \(value) is too large", "give at most \(most)") }
      return nil
    }
  }

  /// Numbers of threads of a process.
  package static var threads: Self { .from(1, to: 4096) }
}

extension ValueBounds<Double> {
  /// Finite numbers above 0.
  package static var positive: Self {
    Self { value, subject in
      value > 0 && value.isFinite
        ? nil : Violation("\(subject) \(value) is not positive and finite", "give a number above 0")
    }
  }

  /// Finite numbers from 0 on.
  package static var notNegative: Self {
    Self { value, subject in
      value >= 0 && value.isFinite
        ? nil : Violation("\(subject) \(value) is out of bounds", "give 0 or a number above it")
    }
  }

  /// Numbers from 0 to 1, both among them.
  package static var share: Self {
    Self { value, subject in
      (0...1).contains(value) ? nil : Violation("\(subject) \(value) is out of bounds", "give a number from 0 to 1")
    }
  }

  /// Numbers between 0 and 1, neither among them.
  package static var properShare: Self {
    Self { value, subject in
      value > 0 && value < 1
        ? nil : Violation("\(subject) \(value) is out of bounds", "give a number between 0 and 1, as 0.1")
    }
  }

  /// Numbers from 0 to below 1.
  package static var belowOne: Self {
    Self { value, subject in
      value >= 0 && value < 1
        ? nil : Violation("\(subject) \(value) is out of bounds", "give a number from 0 to below 1")
    }
  }
}

extension ValueBounds<String> {
  /// Names that aren't empty.
  ///
  /// - remedy: "give a file".
  package static func named(_ remedy: String) -> Self {
    Self { value, subject in value.isEmpty ? Violation("the \(subject)'s name is empty", remedy) : nil }
  }
}

extension ValueBounds<String> {
  /// Directories that a command can't do without: `none`, which is no files elsewhere, is none of them.
  package static var directory: Self {
    Self { value, subject in
      switch value {
      case "": Violation("the \(subject)'s name is empty", "give a directory")
      case "none": Violation("none is no \(subject) here, where files are kept", "give a directory, or ./none")
      default: nil
      }
    }
  }
}

extension ValueBounds {
  /// Lists whose elements all lie inside.
  package static func each<Element>(_ bounds: ValueBounds<Element>) -> Self where Value == [Element] {
    Self { values, subject in
      values.lazy.compactMap { bounds.violation($0, subject) }.first.map { Violation($0.problem, $0.remedy) }
    }
  }
}
