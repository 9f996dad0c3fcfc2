public import Configuration
public import Fitting
package import Files

/// What a run of a sweep has come to, as its directory keeps it: that of a run which is done.
public struct RunOutcome: Sendable {
  /// How it has ended.
  public enum End: Sendable, Equatable {
    /// By its plan, in a state of this digest.
    case finished(digest: String)
    /// By an error of its own, such as a loss that isn't finite.
    case failed(String)
  }

  /// How it has ended.
  public let end: End
  /// Its last step.
  public let steps: Int
  /// The smoothed loss of that step.
  public let trainLoss: Double
  /// Its epochs, or those that show the shape of its curve; the last among them.
  public let epochs: [EpochRecord]
  /// Seconds from its latest start to its end.
  public let seconds: Double

  /// Takes all.
  package init(_ end: End, steps: Int, trainLoss: Double, epochs: [EpochRecord], seconds: Double) {
    (self.end, self.steps, self.trainLoss, self.epochs, self.seconds) = (end, steps, trainLoss, epochs, seconds)
  }

  /// The loss of the last validation; NaN before the first, and where the run has failed.
  public var validLoss: Double { isFinished ? epochs.last?.validLoss ?? .nan : .nan }
  /// The accuracy of the last validation, likewise.
  public var accuracy: Double { isFinished ? epochs.last?.accuracy ?? .nan : .nan }
  /// The SHA-256 of its state; nil for a run that has failed.
  public var digest: String? { if case .finished(let digest) = end { digest } else { nil } }
  private var isFinished: Bool { digest != nil }

  /// A figure of the last validation, likewise.
  public func value(of figure: MonitoredFigure) -> Double {
    isFinished ? epochs.last.map { figure.value(of: $0) } ?? .nan : .nan
  }
}

// MARK: The file

extension RunOutcome {
  package var json: JSONValue {
    let end: [(name: String, value: JSONValue)] =
      switch self.end {
      case .finished(let digest): [("status", .string("finished")), ("digest", .string(digest))]
      case .failed(let error): [("status", .string("failed")), ("error", .string(error))]
      }
    let epochs = epochs.map { epoch in
      JSONValue.object(
        [
          ("epoch", .integer(epoch.epoch)), ("train_loss", .number(epoch.trainLoss)),
          ("valid_loss", .number(epoch.validLoss)), ("accuracy", .number(epoch.accuracy)),
        ] + epoch.metrics.map { ($0.name, .number($0.value)) } + [("seconds", .number(epoch.seconds))])
    }
    return .object(
      end + [
        ("steps", .integer(steps)), ("train_loss", .number(trainLoss)), ("seconds", .number(seconds)),
        ("epochs", .array(epochs)),
      ])
  }

  /// Nil for JSON that isn't an outcome's.
  package init?(json: JSONValue) {
    guard case .string(let status)? = json["status"], case .integer(let steps)? = json["steps"],
      case .array(let list)? = json["epochs"], let trainLoss = json.double("train_loss"),
      let seconds = json.double("seconds")
    else { return nil }
    let epochs = list.compactMap { value -> EpochRecord? in
      guard case .integer(let epoch)? = value["epoch"], let train = value.double("train_loss"),
        let valid = value.double("valid_loss"), let accuracy = value.double("accuracy"),
        let seconds = value.double("seconds")
      else { return nil }
      var record = EpochRecord(epoch: epoch, trainLoss: train, validLoss: valid, accuracy: accuracy, seconds: seconds)
      record.metrics = value.metrics
      return record
    }
    guard epochs.count == list.count else { return nil }
    switch (status, json["digest"], json["error"]) {
    case ("finished", .string(let digest)?, _): end = .finished(digest: digest)
    case ("failed", _, .string(let error)?): end = .failed(error)
    default: return nil
    }
    (self.steps, self.trainLoss, self.epochs, self.seconds) = (steps, trainLoss, epochs, seconds)
  }
}

extension JSONValue {
  /// The metrics among an epoch's members, as `metrics.jsonl` has them.
  fileprivate var metrics: [MetricFigure] {
    guard case .object(let members) = self else { return [] }
    return members.filter { !MetricFigure.reserved.contains($0.name) }.compactMap { member in
      double(member.name).map { MetricFigure(member.name, $0) }
    }
  }
}
