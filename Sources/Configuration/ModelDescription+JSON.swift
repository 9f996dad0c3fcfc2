package import Files
package import Models

extension ModelDescription {
  /// What the kind of model has of a description, by the options' names.
  package var options: [(name: String, value: JSONValue)] {
    guard kind.isStack else { return [("hidden", .integer(hidden))] }
    return [
      ("hidden", .integer(hidden)), ("layers", .integer(layers)), ("embedding", .integer(embeddingWidth)),
      ("norm", .string(norm.rawValue)), ("tie-weights", .bool(tiesWeights)),
      ("dropout-input", .number(dropout.input)), ("dropout-embedding", .number(dropout.embedding)),
      ("dropout-hidden", .number(dropout.hidden)), ("dropout-weight", .number(dropout.weight)),
      ("dropout-output", .number(dropout.output)), ("drop-mult", .number(dropMultiplier)),
      ("ar", .number(activationRegularisation)), ("tar", .number(temporalRegularisation)),
    ]
  }

  /// The whole description, as files keep it.
  package var json: JSONValue { .object([("model", .string(kind.name))] + options) }

  /// The description in `json`; nil where the model is unknown or something is out of its bounds. What is missing keeps the kind's
  /// default.
  package init?(json: JSONValue) {
    guard case .string(let name)? = json["model"], let kind = ModelKind.all.first(where: { $0.name == name }) else {
      return nil
    }
    self.init(kind)
    func size(_ name: String, _ value: inout Int, most: Int = 65_536) -> Bool {
      guard let entry = json[name] else { return true }
      guard case .integer(let number) = entry, (1...most).contains(number) else { return false }
      value = number
      return true
    }
    func number(_ name: String, _ value: inout Double, below limit: Double = .infinity) -> Bool {
      switch json[name] {
      case nil: return true
      case .number(let number): value = number
      case .integer(let number): value = Double(number)
      default: return false
      }
      return value >= 0 && value < limit
    }
    var width = embeddingWidth
    guard size("hidden", &hidden), size("layers", &layers, most: 64), number("dropout-input", &dropout.input, below: 1),
      number("dropout-embedding", &dropout.embedding, below: 1), number("dropout-hidden", &dropout.hidden, below: 1),
      number("dropout-weight", &dropout.weight, below: 1), number("dropout-output", &dropout.output, below: 1),
      number("drop-mult", &dropMultiplier), number("ar", &activationRegularisation),
      number("tar", &temporalRegularisation)
    else { return nil }
    if json["embedding"] != nil {
      guard size("embedding", &width) else { return nil }
      embedding = width
    }
    if case .string(let text)? = json["norm"] {
      guard let choice = NormChoice(rawValue: text) else { return nil }
      norm = choice
    }
    if case .bool(let ties)? = json["tie-weights"] { tiesWeights = ties }
  }
}
