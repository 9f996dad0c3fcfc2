internal import SystemPackage
internal import Teams

/// A model as a file keeps it: `model.safetensors` or a checkpoint of a run, or one that another program has written with the same
/// names.
public struct TrainedModel: Sendable {
  /// Which of the models it is; nil where the file doesn't say.
  public let kind: ModelKind?
  /// Size of the hidden state.
  public let hidden: Int
  /// Rows of the embedding.
  public let vocabularySize: Int
  /// The tokens by id; nil where the file doesn't say.
  public let vocabulary: Vocabulary?
  /// How its texts were cut into tokens.
  public let tokenizer: TokenizerKind
  private let file: SafetensorsFile
  let path: String

  /// Reads a file; of a run's directory, its `model.safetensors`.
  ///
  /// - Throws: `RunError` with status `inputOutput` for a file that can't be read, `badData` for one that is no such model.
  public init(_ path: String) throws(RunError) {
    let file = Self.file(path)
    let bytes: [UInt8]
    do { bytes = try FileOperations.read(FilePath(named: file)) } catch {
      throw RunError(
        "can't read the file (\(error))", at: file, remedy: Self.remedy(path, file), status: .inputOutput)
    }
    try self.init(bytes, path: file)
  }

  /// The file that `path` stands for.
  static func file(_ path: String) -> String {
    let isDirectory = (try? FilePath(named: path).stat().type == .directory) ?? false
    return isDirectory ? FilePath(named: path).appending(RunDirectory.File.model.rawValue).named : path
  }

  /// What to do where the file that `path` stands for can't be read.
  private static func remedy(_ path: String, _ file: String) -> String {
    // A run that was stopped, or goes on, has no weights of its end.
    path == file ? "check its name and permissions" : "give a run that is done, or a file in its checkpoints/"
  }

  /// What worker 0 reads, on all workers. Collective.
  static func shared(_ path: String, _ team: any Team) throws -> TrainedModel {
    let (file, bytes) = try sharedBytes(path, team)
    return try TrainedModel(bytes, path: file)
  }

  /// The file that `path` stands for on worker 0's node, and its bytes, on all workers. Collective.
  static func sharedBytes(_ path: String, _ team: any Team) throws -> (file: String, bytes: [UInt8]) {
    let message = try SharedFile.share(team) { () throws(RunError) in
      let file = file(path)
      do {
        return Array(file.utf8) + [0] + (try FileOperations.read(FilePath(named: file)))
      } catch {
        throw RunError(
          "can't read the file (\(error))", at: file, remedy: remedy(path, file), status: .inputOutput)
      }
    }
    // No name has a NUL in it.
    let end = message.firstIndex(of: 0) ?? message.endIndex
    return (String(decoding: message[..<end], as: UTF8.self), Array(message[(end + 1)...]))
  }

  init(_ bytes: [UInt8], path: String) throws(RunError) {
    func wrong(_ problem: String) -> RunError {
      RunError(
        problem, at: path, remedy: "give weights of this model and size as a safetensors file", status: .badData)
    }
    self.path = path
    do { file = try SafetensorsFile(bytes) } catch { throw wrong("\(error)") }
    guard let embedding = file.tensors.first(where: { $0.name == "input_to_hidden.weight" }),
      embedding.shape.count == 2,
      embedding.shape.allSatisfy({ $0 > 0 })
    else { throw wrong("there is no embedding input_to_hidden.weight") }
    vocabularySize = embedding.shape[0]
    hidden = embedding.shape[1]
    let name = file.metadata["model"]
    kind = ModelKind.all.first { $0.name == name }
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
    do { return try file.floats(name, shape: shape) } catch {
      throw RunError(
        "\(error)", at: path, remedy: "give weights of this model and size as a safetensors file", status: .badData)
    }
  }

  /// What generating needs beside the weights: kind and vocabulary.
  func requireVocabulary() throws(RunError) -> (kind: ModelKind, vocabulary: Vocabulary) {
    guard let kind, let vocabulary else {
      throw RunError(
        "the weights don't say \(kind == nil ? "of which model they are" : "their vocabulary")", at: path,
        remedy: "give a model.safetensors or checkpoint of dist-train, or weights written with its metadata",
        status: .badData)
    }
    return (kind, vocabulary)
  }
}
