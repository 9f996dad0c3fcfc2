internal import Configuration
internal import Corpus
internal import Files
internal import Models
internal import SystemPackage
internal import Tokenization

/// What a file of weights says of itself before its tensors: a run's `model.safetensors` or a checkpoint, or what
/// another program has written with the same names.
struct WeightsSummary: Sendable {
  let header: SafetensorsHeader
  /// What model it is; nil where the file doesn't say.
  let description: ModelDescription?
  /// Size of the hidden state.
  let hidden: Int
  /// Rows of the embedding.
  let vocabularySize: Int
  /// The tokens by id; nil where the file doesn't say.
  let vocabulary: Vocabulary?
  /// How its texts were cut into tokens.
  let tokenizer: TokenizerKind
  /// SHA-256 of its run's texts; nil for those built in, and where the file doesn't say.
  var dataDigest: String? { header.metadata["data_sha256"] }
  /// The options of its run that a validation depends on; nil where the file doesn't say.
  let options: JSONValue?

  /// The embedding's name in the notebook's models and in stacks.
  private static let embeddings = ["input_to_hidden.weight", "encoder.weight"]

  /// - Throws: `RunError` with status `badData` for a file that is no such model.
  init(_ header: SafetensorsHeader, path: String) throws(RunError) {
    func wrong(_ problem: String) -> RunError {
      RunError(
        problem, at: path, remedy: "give weights of this model and size as a safetensors file", status: .badData)
    }
    self.header = header
    guard let embedding = header.tensors.first(where: { Self.embeddings.contains($0.name) }),
      embedding.shape.count == 2,
      embedding.shape.allSatisfy({ $0 > 0 })
    else { throw wrong("there is no embedding \(Self.embeddings.joined(separator: " or "))") }
    vocabularySize = embedding.shape[0]
    description = ModelDescription(of: header)
    hidden = description?.hidden ?? embedding.shape[1]
    tokenizer = header.metadata["tokenizer"].flatMap { TokenizerKind(rawValue: $0) } ?? .lines
    options = header.metadata["configuration"].flatMap { try? JSONValue(parsing: Array($0.utf8)) }
    if let text = header.metadata["vocabulary"] {
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

  /// The bytes before the tensors of a file, and its size.
  ///
  /// - remedy: what to do where it can't be read.
  static func headerBytes(of path: String, remedy: String) throws(RunError) -> (bytes: [UInt8], fileSize: Int) {
    do {
      if let type = try? FilePath(named: path).stat().type, type != .regular {
        throw InputFile.irregular(type, path)
      }
      let source = try ByteSource(opening: FilePath(named: path))
      let count = try SafetensorsHeader.byteCount(try source.read(0..<min(8, source.count)), fileSize: source.count)
      return (try source.read(0..<count), source.count)
    } catch let error as SafetensorsError {
      throw RunError(
        "\(error)", at: path, remedy: "give weights of this model and size as a safetensors file", status: .badData)
    } catch let error as RunError {
      throw error
    } catch {
      throw RunError("can't read the file (\(error))", at: path, remedy: remedy, status: .inputOutput)
    }
  }
}
