/// Members of objects by type; nil for one that is missing or of another type.
extension JSONValue {
  package func text(_ name: String) -> String? {
    guard case .string(let text)? = self[name] else { return nil }
    return text
  }

  package func whole(_ name: String) -> Int? { self[name]?.whole }

  package func number(_ name: String) -> Double? { self[name]?.number }

  /// A member that is a number; NaN where it is null, as which it is written.
  package func double(_ name: String) -> Double? { self[name] == .null ? .nan : number(name) }

  /// All elements of a list; nil where one is nil.
  package func list<Element>(_ name: String, _ element: (JSONValue) -> Element?) -> [Element]? {
    self[name]?.elements(element)
  }

  /// The value as a whole number.
  package var whole: Int? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  /// The value as a list of whole numbers.
  package var wholes: [Int]? { elements(\.whole) }

  /// The value as a number.
  package var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  private func elements<Element>(_ element: (JSONValue) -> Element?) -> [Element]? {
    guard case .array(let values) = self else { return nil }
    let list = values.compactMap(element)
    return list.count == values.count ? list : nil
  }
}
