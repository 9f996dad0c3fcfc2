internal import Files

/// Members of objects by type; nil for one that is missing or of another type.
extension JSONValue {
  func text(_ name: String) -> String? {
    guard case .string(let text)? = self[name] else { return nil }
    return text
  }

  func whole(_ name: String) -> Int? { self[name]?.whole }

  func number(_ name: String) -> Double? { self[name]?.number }

  /// All elements of a list; nil where one is nil.
  func list<Element>(_ name: String, _ element: (JSONValue) -> Element?) -> [Element]? {
    self[name]?.elements(element)
  }

  /// The value as a whole number.
  var whole: Int? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  /// The value as a list of whole numbers.
  var wholes: [Int]? { elements(\.whole) }

  /// The value as a number.
  var number: Double? {
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
