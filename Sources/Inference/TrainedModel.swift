internal import Fitting
public import Corpus
public import Files
internal import Jobs
internal import Memory
public import Models
internal import SystemPackage
internal import Teams
public import Tokenization

/// A model as a file keeps it: `model.safetensors` or a checkpoint of a run, or one that another program has written
/// with the same names.
public struct TrainedModel: Sendable {
  /// What model it is; nil where the file doesn't say.
  public let description: ModelDescription?
  /// Size of the hidden state.
  public let hidden: Int
  /// Rows of the embedding.
  public let vocabularySize: Int
  /// The tokens by id; nil where the file doesn't say.
  public let vocabulary: Vocabulary?
  /// How its texts were cut into tokens.
  public let tokenizer: TokenizerKind
  private let file: SafetensorsFile
  /// The embedding's name in the notebook's models and in stacks.
  private static let embeddings = ["input_to_hidden.weight", "encoder.weight"]
  let path: String

  /// Reads a file; of a run's directory, its `model.safetensors`.
  ///
  /// - Throws: `RunError` with status `inputOutput` for a file that can't be read, `badData` for one that is no such
  ///   model.
  public init(_ path: String) throws(RunError) {
    let file = WeightsFile.file(path)
    let bytes: [UInt8]
    do { bytes = try FileOperations.read(FilePath(named: file)) } catch {
      throw RunError(
        "can't read the file (\(error))", at: file, remedy: WeightsFile.remedy(path, file), status: .inputOutput)
    }
    try self.init(bytes, path: file)
  }

  /// What worker 0 reads, on all workers. Collective.
  static func shared(_ path: String, _ team: any Team) throws -> TrainedModel {
    let (file, bytes) = try WeightsFile.sharedBytes(path, team)
    return try TrainedModel(bytes, path: file)
  }

  init(_ bytes: [UInt8], path: String) throws(RunError) {
    func wrong(_ problem: String) -> RunError {
      RunError(
        problem, at: path, remedy: "give weights of this model and size as a safetensors file", status: .badData)
    }
    self.path = path
    do { file = try SafetensorsFile(bytes) } catch { throw wrong("\(error)") }
    guard let embedding = file.tensors.first(where: { Self.embeddings.contains($0.name) }),
      embedding.shape.count == 2,
      embedding.shape.allSatisfy({ $0 > 0 })
    else { throw wrong("there is no embedding \(Self.embeddings.joined(separator: " or "))") }
    vocabularySize = embedding.shape[0]
    description = ModelDescription(of: file)
    hidden = description?.hidden ?? embedding.shape[1]
    tokenizer = file.metadata["tokenizer"].flatMap { TokenizerKind(rawValue: $0) } ?? .lines
    if let text = file.metadata["vocabulary"] {
      guard case .array(let tokens)? = try? JSONValue(parsing: Array(text.utf8)) else {
        throw wrong("the vocabulary can't be read")
      }
      let words = tokens.compactMap { if case .string(let token) = $0 { token } else { nil } }
      guard words.count == vocabularySize else {
        throw wrong("\(words.count) tokens in the vocabulary for \(vocabularySize) in the embedding")
      }
      vocabulary = Vocabulary(tokens: words)
    } else {
      vocabulary = nil
    }
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
