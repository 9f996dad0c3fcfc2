internal import Fitting
public import Corpus
public import Files
internal import Jobs
internal import Memory
public import Models
internal import Teams
public import Tokenization

/// A model as a file keeps it: `model.safetensors` or a checkpoint of a run, or one that another program has written
/// with the same names.
public struct TrainedModel: Sendable {
  /// What model it is; nil where the file doesn't say.
  public var description: ModelDescription? { summary.description }
  /// Size of the hidden state.
  public var hidden: Int { summary.hidden }
  /// Rows of the embedding.
  public var vocabularySize: Int { summary.vocabularySize }
  /// The tokens by id; nil where the file doesn't say.
  public var vocabulary: Vocabulary? { summary.vocabulary }
  /// How its texts were cut into tokens.
  public var tokenizer: TokenizerKind { summary.tokenizer }
  let summary: WeightsSummary
  private let file: SafetensorsFile
  let path: String

  /// Reads a file; of a run's directory, its `model.safetensors`.
  ///
  /// - Throws: `RunError` with status `inputOutput` for a file that can't be read, `badData` for one that is no such
  ///   model.
  public init(_ path: String) throws(RunError) {
    let file = WeightsFile.file(path)
    try self.init(try InputFile.bytes(file, remedy: WeightsFile.remedy(path, file)), path: file)
  }

  /// What worker 0 reads, on all workers. Collective.
  static func shared(_ path: String, _ team: any Team) throws -> TrainedModel {
    let (file, bytes) = try WeightsFile.sharedBytes(path, team)
    return try TrainedModel(bytes, path: file)
  }

  init(_ bytes: [UInt8], path: String) throws(RunError) {
    self.path = path
    do { file = try SafetensorsFile(bytes) } catch {
      throw RunError(
        "\(error)", at: path, remedy: "give weights of this model and size as a safetensors file", status: .badData)
    }
    summary = try WeightsSummary(file.header, path: path)
  }

  /// A tensor's elements.
  func floats(_ name: String, shape: [Int]) throws(RunError) -> [Float] {
    let values: [Float]
    do { values = try file.floats(name, shape: shape) } catch {
      throw RunError(
        "\(error)", at: path, remedy: "give weights of this model and size as a safetensors file", status: .badData)
    }
    guard values.allSatisfy(\.isFinite) else {
      throw RunError(
        "weights that are not finite (\(name))", at: path, remedy: "give weights of a run that did not diverge",
        status: .badData)
    }
    return values
  }

  /// What generating needs beside the weights: model and vocabulary.
  func requireVocabulary() throws(RunError) -> (model: ModelDescription, vocabulary: Vocabulary) {
    guard let description, let vocabulary else {
      throw RunError(
        "the weights don't say \(description == nil ? "of which model they are" : "their vocabulary")", at: path,
        remedy: "give a model.safetensors or checkpoint of dist-train, or weights written with its metadata",
        status: .badData)
    }
    return (description, vocabulary)
  }
}
