internal import Files
public import Fitting

/// A line of a run's `metrics.jsonl`.
public enum MetricsRecord: Sendable {
  /// A step.
  case step(StepRecord)
  /// An epoch's end.
  case epoch(EpochRecord)
  /// A line of another kind.
  case other

  /// Reads a line; null stands for what isn't finite. Nil when it isn't a JSON object with the fields of its kind.
  public init?(line: some Collection<UInt8>) {
    guard let value = try? JSONValue(parsing: Array(line)), case .string(let kind)? = value["kind"] else { return nil }
    switch kind {
    case "step":
      guard let step = StepRecord(json: value) else { return nil }
      self = .step(step)
    case "epoch":
      guard let epoch = EpochRecord(json: value) else { return nil }
      self = .epoch(epoch)
    default: self = .other
    }
  }
}

/// What a run's `metrics.jsonl` has of its steps and epochs.
public struct MetricsHistory: Sendable {
  /// The steps in their order.
  public private(set) var steps: [StepRecord] = []
  /// The epochs in theirs.
  public private(set) var epochs: [EpochRecord] = []

  /// Nothing done.
  public init() {}

  /// Reads whole lines; null stands for what isn't finite. Lines of other kinds are left out.
  ///
  /// Nil when a line isn't a JSON object with the fields of its kind.
  public init?(_ bytes: some Collection<UInt8>) {
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let record = MetricsRecord(line: line) else { return nil }
      switch record {
      case .step(let step): steps.append(step)
      case .epoch(let epoch): epochs.append(epoch)
      case .other: break
      }
    }
  }
}

extension StepRecord {
  fileprivate init?(json: JSONValue) {
    guard let step = json.whole("step"), let epoch = json.whole("epoch"), let loss = json.double("loss"),
      let smoothed = json.double("smoothed_loss"), let rate = json.double("lr"), let momentum = json.double("momentum")
    else { return nil }
    self.init(step: step, epoch: epoch, loss: loss, smoothedLoss: smoothed, learningRate: rate, momentum: momentum)
    gradientNorm = json.double("gradient_norm")
    isSkipped = json["left_out"] == .bool(true)
  }
}

extension EpochRecord {
  fileprivate init?(json: JSONValue) {
    guard let epoch = json.whole("epoch"), let train = json.double("train_loss"),
      let valid = json.double("valid_loss"), let accuracy = json.double("accuracy"),
      let seconds = json.double("seconds")
    else { return nil }
    self.init(epoch: epoch, trainLoss: train, validLoss: valid, accuracy: accuracy, seconds: seconds)
    guard case .object(let members) = json else { return }
    metrics = members.filter { !MetricFigure.reserved.contains($0.name) }.compactMap { member in
      json.double(member.name).map { MetricFigure(member.name, $0) }
    }
  }
}
