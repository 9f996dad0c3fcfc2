public import Configuration
package import Files
internal import Models
internal import Optimization
internal import Tokenization

/// A checkpoint as read: what a run needs to go on, free of any number of workers. The tensors stay in the file until
/// they are taken.
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
  package let dataDigest: String?
  /// Updates of the optimizer.
  let updates: Int
  /// Where each tensor is in the file.
  package let header: SafetensorsHeader
  /// The file; nil on processes that have only been sent its header.
  package let source: ByteSource?

  /// Why no run of this version can take up its tensors, though it is as it was written; nil where one can. States that
  /// a model carries are looked at when they are taken up.
  package var obstacle: String? {
    let layout = configuration.model.layout(vocabulary: vocabulary.count)
    let names = [""] + configuration.optimizer.type.slots.map { "\($0)." }
    for (name, tensor) in names.flatMap({ name in layout.tensors.map { (name, $0) } }) {
      do throws(SafetensorsError) {
        let found = try header.tensor(name + tensor.name, shape: tensor.shape)
        guard found.dtype == "F32" else { throw .notFloats(tensor: found.name, dtype: found.dtype) }
      } catch {
        return "\(error)"
      }
    }
    return nil
  }

  static let format = "dist-train checkpoint 1"

  /// Reads a checkpoint's bytes, which must be as they were written.
  public init(_ bytes: [UInt8]) throws(CheckpointError) {
    do {
      self = try Self.read(ByteSource(bytes)).checkpoint
    } catch let error as CheckpointError {
      throw error
    } catch {
      throw .damaged
    }
  }

  /// Reads all of a file once to see that it is as it was written, then what precedes its tensors.
  ///
  /// - Throws: `CheckpointError`, and what reading the source throws.
  package static func read(_ source: ByteSource) throws -> (checkpoint: Checkpoint, header: [UInt8]) {
    // A file that is cut or changed isn't looked into.
    guard try CheckpointSeal.isWhole(source) else { throw CheckpointError.damaged }
    let bytes: [UInt8]
    do {
      let count = try SafetensorsHeader.byteCount(try source.read(0..<8), fileSize: source.count)
      bytes = try source.read(0..<count)
    } catch let error as SafetensorsError {
      throw CheckpointError.notReadable("\(error)")
    }
    return (try Checkpoint(header: bytes, fileSize: source.count, source), bytes)
  }

  /// Reads what precedes the tensors of a checkpoint that is known to be whole.
  ///
  /// - source: the whole file, where it is at hand.
  package init(header bytes: [UInt8], fileSize: Int, _ source: ByteSource? = nil) throws(CheckpointError) {
    let header: SafetensorsHeader
    do { header = try SafetensorsHeader(bytes, fileSize: fileSize) } catch { throw .notReadable("\(error)") }
    func entry(_ name: String) throws(CheckpointError) -> JSONValue {
      guard let text = header.metadata[name], let value = try? JSONValue(parsing: Array(text.utf8)) else {
        throw .notReadable("no \(name)")
      }
      return value
    }
    guard header.metadata["format"] == Self.format else {
      throw .notReadable("format \(JSONValue.string(header.metadata["format"] ?? "").text)")
    }
    guard var configuration = RunConfiguration(json: try entry("configuration")) else {
      throw .notReadable("configuration of another version")
    }
    configuration.batchSizePerWorker = header.metadata["batch_size_per_worker"].flatMap { Int($0) }
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
    dataDigest = header.metadata["data_sha256"]
    self.updates = updates
    self.header = header
    self.source = source
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
