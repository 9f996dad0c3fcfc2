package import Configuration
public import Models

/// What is reported of each validation beside the loss, over all predictions of the valid split.
///
/// One of one's own says what a prediction adds to some sums, and what becomes of these. They are added up lane by lane
/// in Float64, and over the lanes by the canonical tree: the figure has the same bits on any number of workers.
///
///     let likely = Metric("probable", mean: { $0.loss < 0.1 ? 1 : 0 })
///     let learn = try Learner(data, .model3, metrics: [.accuracy, .topK(5), likely])
public struct Metric: Sendable, Equatable {
  /// Its name in tables and files.
  public let name: String
  /// Whether lower values are better: what a best validation is told by.
  public let lowerIsBetter: Bool
  let source: Source

  enum Source: Sendable {
    /// What a validation gives anyway, of a model that predicts every token, or the last one only; nil for either.
    case accuracy(everyToken: Bool?)
    case perplexity
    case sums(count: Int, add: MetricSums.Add, value: @Sendable ([Double], Int) -> Double)
  }

  private init(_ name: String, _ source: Source, lowerIsBetter: Bool = false) {
    (self.name, self.source, self.lowerIsBetter) = (name, source, lowerIsBetter)
  }

  /// Share of all targets that are predicted rightly, 0…1.
  public static let accuracy = Metric("accuracy", .accuracy(everyToken: true))
  /// Share of the streams' last targets that are predicted rightly, 0…1: the notebook's `acc4`.
  public static let acc4 = Metric("acc4", .accuracy(everyToken: false))
  /// e^loss, of the valid loss.
  public static let perplexity = Metric("perplexity", .perplexity, lowerIsBetter: true)

  /// Share of the targets that are among `count` of the likeliest tokens, 0…1; of equally likely ones the first count.
  /// Of none a learner takes no metric.
  public static func topK(_ count: Int) -> Metric {
    Metric(
      "top\(count)", sums: count > 0 ? 1 : 0, add: { $1[0] += $0.isAmong(likeliest: count) ? 1 : 0 },
      value: { $0[0] / Double($1) })
  }

  /// A metric of one's own from several sums.
  ///
  /// - name: letters, digits, `_`, `-` and `.`; sums: how many, at least one; lowerIsBetter: whether lower values are
  ///   better.
  /// - add: adds a prediction to them, which begin at 0.
  /// - value: of the sums over all predictions, and the number of these.
  public init(
    _ name: String, sums: Int, lowerIsBetter: Bool = false,
    add: @escaping @Sendable (Prediction, inout [Double]) -> Void,
    value: @escaping @Sendable (_ sums: [Double], _ predictions: Int) -> Double
  ) {
    self.init(name, .sums(count: sums, add: add, value: value), lowerIsBetter: lowerIsBetter)
  }

  /// The mean of a number of each prediction.
  ///
  /// - lowerIsBetter: whether lower values are better.
  public init(_ name: String, lowerIsBetter: Bool = false, mean: @escaping @Sendable (Prediction) -> Double) {
    self.init(name, sums: 1, lowerIsBetter: lowerIsBetter, add: { $1[0] += mean($0) }, value: { $0[0] / Double($1) })
  }

  /// The accuracy that fits the model.
  package init(_ model: ModelKind) { self = model.type.predictsEveryToken ? .accuracy : .acc4 }

  /// The one that the options of the command line call so.
  package init(_ name: MetricName) {
    switch name {
    case .accuracy: self.init("accuracy", .accuracy(everyToken: nil))
    case .perplexity: self = .perplexity
    case .topK(let count): self = .topK(count)
    }
  }

  /// What the command line calls it; nil for one of one's own.
  package var optionName: MetricName? {
    switch source {
    case .accuracy: .accuracy
    case .perplexity: .perplexity
    case .sums: if case .topK(let count)? = MetricName(name) { .topK(count) } else { nil }
    }
  }

  /// Whether it is what a record of an epoch has as its accuracy.
  package var isAccuracy: Bool { if case .accuracy = source { true } else { false } }

  /// Whether a model has it.
  package func fits(_ model: ModelKind) -> Bool {
    if case .accuracy(let every?) = source { every == model.type.predictsEveryToken } else { true }
  }

  /// Whether there is something that it adds up.
  package var hasSums: Bool { if case .sums(let count, _, _) = source { count > 0 } else { true } }

  /// Whether its name is one that tables and files can have beside their own.
  package var isNamed: Bool {
    let isWord =
      (1...40).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
          true
        default: false
        }
      }
    return isWord && (isAccuracy || !MetricFigure.reserved.contains(name))
  }

  /// Whether both have one name.
  public static func == (one: Metric, other: Metric) -> Bool { one.name == other.name }
}

/// A metric's value.
public struct MetricFigure: Sendable, Equatable {
  /// The metric's name.
  public var name: String
  /// Its value.
  public var value: Double

  /// Takes both.
  public init(_ name: String, _ value: Double) { (self.name, self.value) = (name, value) }

  /// What the lines of metrics have beside them.
  package static let reserved: Set<String> = [
    "kind", "epoch", "train_loss", "valid_loss", "accuracy", "seconds", "step", "loss", "smoothed_loss", "lr",
    "momentum", "gradient_norm", "left_out", "tokens_per_second",
  ]
}
