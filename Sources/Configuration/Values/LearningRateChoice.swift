package import Files

/// Where the maximum of the 1cycle comes from.
package enum LearningRateChoice: Equatable, Sendable, OptionValue {
  /// This learning rate.
  case fixed(Double)
  /// The LR finder's suggestion.
  case automatic

  package init?(text: String) {
    if text == "auto" {
      self = .automatic
    } else if let rate = Double(text) {
      self = .fixed(rate)
    } else {
      return nil
    }
  }

  package var text: String {
    switch self {
    case .fixed(let rate): rate.text
    case .automatic: "auto"
    }
  }

  package init?(json: JSONValue) {
    if let rate = Double(json: json) {
      self = .fixed(rate)
    } else if case .string("auto") = json {
      self = .automatic
    } else {
      return nil
    }
  }

  package var json: JSONValue {
    switch self {
    case .fixed(let rate): rate.json
    case .automatic: .string("auto")
    }
  }
}

extension RunConfiguration {
  /// The learning rate as the option says it.
  package var learningRateChoice: LearningRateChoice {
    get { learningRate.map { .fixed($0) } ?? .automatic }
    set { learningRate = if case .fixed(let rate) = newValue { rate } else { nil } }
  }
}
