internal import Models
public import Configuration
package import Files
internal import Optimization
internal import Tokenization

/// A checkpoint as read: everything that a run needs to go on, free of any number of workers.
public struct Checkpoint: Sendable {
  /// The run's options.
  public let configuration: RunConfiguration
  /// The tokens by id.
  public let vocabulary: [String]
  /// How far the fit has come.
  public let fit: FitState
  /// The maximum of the run's schedule, which the LR finder may have found.
  public let learningRate: Double
  /// Bytes of `metrics.jsonl` up to here.
  public let metricsLength: Int
  /// SHA-256 of the texts; nil for those built in.
  let dataDigest: String?
  /// Updates of the optimizer.
  let updates: Int
  /// All tensors.
  package let file: SafetensorsFile

  static let format = "dist-train checkpoint 1"

  /// Reads a checkpoint's bytes, which must be as they were written.
  public init(_ bytes: [UInt8]) throws(CheckpointError) {
    // A file that is cut or changed isn't looked into.
    guard CheckpointSeal.isWhole(bytes) else { throw .damaged }
    let file: SafetensorsFile
    do { file = try SafetensorsFile(bytes) } catch { throw .notReadable("\(error)") }
    func entry(_ name: String) throws(CheckpointError) -> JSONValue {
      guard let text = file.metadata[name], let value = try? JSONValue(parsing: Array(text.utf8)) else {
        throw .notReadable("no \(name)")
      }
      return value
    }
    guard file.metadata["format"] == Self.format else {
      throw .notReadable("format \(JSONValue.string(file.metadata["format"] ?? "").text)")
    }
    guard var configuration = RunConfiguration(json: try entry("configuration")) else {
      throw .notReadable("configuration of another version")
    }
    configuration.batchSizePerWorker = file.metadata["batch_size_per_worker"].flatMap { Int($0) }
    guard case .array(let tokens) = try entry("vocabulary") else { throw .notReadable("no vocabulary") }
    vocabulary = tokens.compactMap { if case .string(let token) = $0 { token } else { nil } }
    let progress = try entry("progress")
    guard let fit = FitState(json: progress), case .integer(let updates)? = progress["updates"],
      case .integer(let length)? = progress["metrics_bytes"], case .number(let rate)? = progress["learning_rate"]
    else { throw .notReadable("progress of another version") }
    self.configuration = configuration
    self.fit = fit
    learningRate = rate
    metricsLength = length
    dataDigest = file.metadata["data_sha256"]
    self.updates = updates
    self.file = file
  }
}

/// Why a file is no checkpoint to go on from; one line.
public enum CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Cut, changed, or no checkpoint at all.
  case damaged
  /// Whole, but not of a form that this version reads.
  case notReadable(String)

  /// What is wrong.
  public var description: String {
    switch self {
    case .damaged: "its SHA-256 is not that of its contents, or it is another kind of file"
    case .notReadable(let what): "it can't be read (\(what))"
    }
  }
}

/// A checkpoint to be written, as its worker has taken it from the others: put in order and turned into bytes elsewhere.
public struct CheckpointContents: Sendable {
  let configuration: RunConfiguration
  let vocabulary: [String]
  let tokenizer: TokenizerKind
  let dataDigest: String?
  package let fit: FitState
  let learningRate: Double
  let metricsLength: Int
  let names: TensorNames
  let gathered: GatheredState

  /// The step behind which it was taken.
  public var step: Int { fit.step }

  /// The file.
  public func bytes() -> [UInt8] {
    let state = gathered.state()
    var metadata = [
      (CheckpointSeal.name, CheckpointSeal.blank), ("format", Checkpoint.format),
      ("model", configuration.model.kind.name),
      ("description", configuration.model.json.text), ("configuration", configuration.json.text),
      (
        "progress",
        fit.json(updates: state.updates, learningRate: learningRate, metricsLength: metricsLength).text
      ), ("vocabulary", JSONValue.array(vocabulary.map { .string($0) }).text),
      ("tokenizer", tokenizer.rawValue),
    ]
    if let count = configuration.batchSizePerWorker { metadata.append(("batch_size_per_worker", "\(count)")) }
    if let dataDigest { metadata.append(("data_sha256", dataDigest)) }
    var bytes = SafetensorsFile.bytes(tensors: names.tensors(state), metadata: metadata)
    CheckpointSeal.close(&bytes)
    return bytes
  }
}

extension FitState {
  fileprivate func json(updates: Int, learningRate: Double, metricsLength: Int) -> JSONValue {
    .object([
      ("step", .integer(step)), ("updates", .integer(updates)), ("awaits_validation", .bool(awaitsValidation)),
      ("smoothed_mean", .number(smoothed.mean)), ("smoothed_power", .number(smoothed.power)),
      ("best_valid_loss", bestValidLoss.map { .number($0) } ?? .null), ("best_step", .integer(bestStep)),
      ("learning_rate", .number(learningRate)), ("metrics_bytes", .integer(metricsLength)),
    ])
  }

  fileprivate init?(json: JSONValue) {
    guard case .integer(let step)? = json["step"], case .bool(let awaits)? = json["awaits_validation"],
      case .number(let mean)? = json["smoothed_mean"], case .number(let power)? = json["smoothed_power"],
      case .integer(let bestStep)? = json["best_step"], step >= 0
    else { return nil }
    self.init()
    self.step = step
    awaitsValidation = awaits
    smoothed = SmoothedLoss(mean: mean, power: power)
    if case .number(let best)? = json["best_valid_loss"] { bestValidLoss = best }
    self.bestStep = bestStep
  }
}
