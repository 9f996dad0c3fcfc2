package import Files

/// The figure of a validation by which the best one is told: the loss, or a metric by its name. Two of one name are
/// equal.
public struct MonitoredFigure: Sendable, Hashable {
  /// Its name in tables and files: "valid_loss".
  public let name: String
  /// Whether lower values are better.
  public let lowerIsBetter: Bool

  /// A metric of one's own, by its name.
  public init(_ name: String, lowerIsBetter: Bool) { (self.name, self.lowerIsBetter) = (name, lowerIsBetter) }

  /// A metric that comes with the program.
  public init(_ metric: MetricName) { self.init(metric.text, lowerIsBetter: metric.lowerIsBetter) }

  /// The mean loss, which is to be low.
  public static let validLoss = MonitoredFigure("valid_loss", lowerIsBetter: true)
  /// The share of right predictions, which is to be high.
  public static let accuracy = MonitoredFigure(.accuracy)
  /// e^loss, which is to be low.
  public static let perplexity = MonitoredFigure(.perplexity)
  /// The share of targets among `count` of the likeliest tokens, which is to be high.
  public static func topK(_ count: Int) -> MonitoredFigure { MonitoredFigure(.topK(count)) }

  /// Whether every validation has it, whatever the metrics.
  package var isAlwaysThere: Bool { self == .validLoss || self == .accuracy }

  /// Whether a value is better than the best so far, nil for none, by more than `delta`. One that isn't a number is
  /// never better.
  public func isBetter(_ value: Double, than best: Double?, by delta: Double = 0) -> Bool {
    guard let best else { return !value.isNaN }
    return lowerIsBetter ? value < best - delta : value > best + delta
  }

  /// Whether both have one name.
  public static func == (one: Self, other: Self) -> Bool { one.name == other.name }

  /// Takes the name in.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension MonitoredFigure: OptionValue {
  package init?(text: String) {
    if text == Self.validLoss.name {
      self = .validLoss
    } else if let metric = MetricName(text) {
      self.init(metric)
    } else {
      return nil
    }
  }

  package var text: String { name }

  /// Of a metric of one's own, JSON has the direction beside the name.
  package init?(json: JSONValue) {
    if case .string(let text) = json {
      self.init(text: text)
    } else if case .string(let name)? = json["name"], case .bool(let lowerIsBetter)? = json["lower-is-better"] {
      self.init(name, lowerIsBetter: lowerIsBetter)
    } else {
      return nil
    }
  }

  package var json: JSONValue {
    Self(text: name) == nil
      ? .object([("name", .string(name)), ("lower-is-better", .bool(lowerIsBetter))]) : .string(name)
  }
}

extension RunConfiguration {
  /// Throws a usage error where the best validation would be judged by a metric that no validation has.
  package func checkMonitor() throws(RunError) {
    guard !monitor.isAlwaysThere, !metrics.contains(where: { MonitoredFigure($0) == monitor }) else { return }
    let all = (metrics.map(\.text) + [monitor.name]).joined(separator: ",")
    throw RunError(
      "the run has no metric \(monitor.name)", at: "--monitor \(monitor.name)", remedy: "give --metrics \(all)",
      status: .usage)
  }
}
