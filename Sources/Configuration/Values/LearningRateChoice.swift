package import Files

/// Where the maximum of the 1cycle comes from.
package enum LearningRateChoice: Equatable, Sendable, OptionValue {
  /// This learning rate.
  case fixed(Double)
  /// From the first group's of parameters to the last one's, geometrically.
  case slice(lowest: Double, highest: Double)
  /// The LR finder's suggestion.
  case automatic

  package init?(text: String) {
    if text == "auto" {
      self = .automatic
    } else if let rate = Double(text) {
      self = .fixed(rate)
    } else {
      let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
      guard parts.count == 2, let lowest = parts[0], let highest = parts[1] else { return nil }
      self = .slice(lowest: lowest, highest: highest)
    }
  }

  package var text: String {
    switch self {
    case .fixed(let rate): rate.text
    case .slice(let lowest, let highest): "\(lowest),\(highest)"
    case .automatic: "auto"
    }
  }

  package init?(json: JSONValue) {
    if let rate = Double(json: json) {
      self = .fixed(rate)
    } else if case .string("auto") = json {
      self = .automatic
    } else if case .array(let rates) = json, rates.count == 2, let lowest = Double(json: rates[0]),
      let highest = Double(json: rates[1])
    {
      self = .slice(lowest: lowest, highest: highest)
    } else {
      return nil
    }
  }

  package var json: JSONValue {
    switch self {
    case .fixed(let rate): rate.json
    case .slice(let lowest, let highest): .array([.number(lowest), .number(highest)])
    case .automatic: .string("auto")
    }
  }
}

extension RunConfiguration {
  /// The learning rate as the option says it.
  package var learningRateChoice: LearningRateChoice {
    get {
      guard let learningRate else { return .automatic }
      return lowestLearningRate.map { .slice(lowest: $0, highest: learningRate) } ?? .fixed(learningRate)
    }
    set {
      switch newValue {
      case .fixed(let rate): (lowestLearningRate, learningRate) = (nil, rate)
      case .slice(let lowest, let highest): (lowestLearningRate, learningRate) = (lowest, highest)
      case .automatic: (lowestLearningRate, learningRate) = (nil, nil)
      }
    }
  }
}
