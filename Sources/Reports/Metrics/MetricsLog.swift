internal import Files
public import Fitting

/// The lines of a run's `metrics.jsonl`, gathered until they are written: one JSON object a line.
///
/// Numbers print in the shortest form that reads back to the same bits, non-finite ones as null. Only the field
/// `seconds` depends on how fast the run is; all else is the same on any number of workers.
public struct MetricsLog: Sendable {
  private var text = ""

  /// An empty log.
  public init() {}

  /// The lines gathered and not yet drained.
  public var pending: String { text }

  /// Adds `{"kind":"step","step":…,"epoch":…,"loss":…,"smoothed_loss":…,"lr":…,"momentum":…}`, with
  /// `"gradient_norm"` where it was taken, and `"left_out":true` for a step that wasn't applied.
  public mutating func append(_ record: StepRecord) {
    begin("step")
    field("step", record.step)
    field("epoch", record.epoch)
    field("loss", record.loss)
    field("smoothed_loss", record.smoothedLoss)
    field("lr", record.learningRate)
    field("momentum", record.momentum)
    if let norm = record.gradientNorm { field("gradient_norm", norm) }
    if record.isSkipped { field("left_out", "true") }
    end()
  }

  /// Adds `{"kind":"epoch","epoch":…,"train_loss":…,"valid_loss":…,"accuracy":…,"seconds":…}`, with the other metrics
  /// by their names before the seconds.
  public mutating func append(_ record: EpochRecord) {
    begin("epoch")
    field("epoch", record.epoch)
    field("train_loss", record.trainLoss)
    field("valid_loss", record.validLoss)
    field("accuracy", record.accuracy)
    for metric in record.metrics { field(metric.name, metric.value) }
    field("seconds", record.seconds)
    end()
  }

  /// The lines gathered, each with its line break; the log is empty afterwards.
  public mutating func drain() -> String {
    defer { text.removeAll(keepingCapacity: true) }
    return text
  }

  // Steps come by the thousand: their lines are written straight into the text, with keys that need no escaping.

  private mutating func begin(_ kind: String) {
    text += "{\"kind\":\""
    text += kind
    text += "\""
  }

  private mutating func end() { text += "}\n" }

  private mutating func field(_ key: String, _ value: Int) { field(key, value.description) }

  private mutating func field(_ key: String, _ value: Double) {
    field(key, value.isFinite ? value.description : "null")
  }

  private mutating func field(_ key: String, _ value: String) {
    text += ",\""
    text += key
    text += "\":"
    text += value
  }
}
