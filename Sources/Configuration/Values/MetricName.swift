package import Files

/// A figure of a validation beside the loss that comes with the program, by its name.
public enum MetricName: Sendable, Equatable {
  /// Share of right predictions.
  case accuracy
  /// e^loss.
  case perplexity
  /// Share of the targets among so many of the likeliest tokens.
  case topK(Int)

  /// The name in tables and files: "top5".
  public var text: String {
    switch self {
    case .accuracy: "accuracy"
    case .perplexity: "perplexity"
    case .topK(let count): "top\(count)"
    }
  }

  /// All that there are, in words.
  package static let forms = "accuracy, perplexity, and top5 or another number"

  /// Whether lower values are better.
  public var lowerIsBetter: Bool { self == .perplexity }

  /// Nil for a name that is none.
  public init?(_ text: String) {
    switch text {
    case "accuracy": self = .accuracy
    case "perplexity": self = .perplexity
    default:
      guard text.hasPrefix("top"), let count = Int(text.dropFirst(3)), count > 0, "top\(count)" == text else {
        return nil
      }
      self = .topK(count)
    }
  }
}

/// Some metrics, typed with commas between them.
package struct MetricList: Equatable, Sendable, OptionValue {
  package var names: [MetricName]

  package init(_ names: [MetricName]) { self.names = names }

  package init?(text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    names = parts.compactMap { MetricName(String($0)) }
    if names.count != parts.count { return nil }
  }

  package var text: String { names.map(\.text).joined(separator: ",") }

  package init?(json: JSONValue) {
    guard let list = [String](json: json) else { return nil }
    names = list.compactMap { MetricName($0) }
    if names.count != list.count { return nil }
  }

  package var json: JSONValue { .array(names.map { .string($0.text) }) }
}

extension RunConfiguration {
  /// The metrics as one value.
  package var metricList: MetricList {
    get { MetricList(metrics) }
    set { metrics = newValue.names }
  }
}

extension ValueBounds<MetricList> {
  /// Each once.
  package static var once: Self {
    Self { list, subject in
      let texts = list.names.map(\.text)
      return Set(texts).count == texts.count
        ? nil : Violation("a \(subject) is there twice (\(list.text))", "give each once")
    }
  }
}
