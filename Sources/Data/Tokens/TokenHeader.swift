internal import Files
internal import Tokenization

/// What a token file says of itself, and where its tokens are.
///
/// The file is a safetensors file of one tensor, `tokens`, of `U16` or `U32`; the metadata, all strings, hold the rest:
///
///     sha256       of the header, with these 64 digits as zeros
///     format       dist-train tokens 1
///     tokenizer    word, char or lines
///     split        train or valid
///     options      what was asked of `tokenize`, JSON
///     sources      JSON: each file's name, bytes and SHA-256
///     counts       JSON: how often each token occurs in the train split, by id
///     vocabulary   JSON: the tokens by id
///     blocks       SHA-256 of each MiB of the tokens, 64 digits each
///
/// So the header's digest covers every bit of the file, and a worker can check the blocks that it reads without the
/// others.
struct TokenHeader: Sendable {
  var tokenizer: TokenizerKind
  var split: DataSplit
  var options: JSONValue
  var sources: JSONValue
  var counts: [Int]
  var vocabulary: [String]
  /// Number of tokens.
  var count: Int
  /// SHA-256 of each block, as hex digits.
  var blocks: [String] = []
  /// SHA-256 of the header, as hex digits.
  private(set) var digest = CheckpointSeal.blank
  /// Where the tokens begin in the file.
  private(set) var dataStart = 0

  static let format = "dist-train tokens 1"
  /// Bytes of a block.
  static let blockSize = 1 << 20

  /// Whether a header of `length` bytes is accepted; asked before one is read and before one is written.
  static func isReadable(length: UInt64) -> Bool { length <= 100_000_000 }

  /// Bytes of a token.
  var width: Int { vocabulary.count <= 1 << 16 ? 2 : 4 }
  /// Bytes of the whole file.
  var fileSize: Int { dataStart + count * width }
  /// Number of blocks.
  var blockCount: Int { (count * width + Self.blockSize - 1) / Self.blockSize }

  init(
    tokenizer: TokenizerKind, split: DataSplit, options: JSONValue, sources: JSONValue, counts: [Int],
    vocabulary: [String], count: Int
  ) {
    self.tokenizer = tokenizer
    self.split = split
    self.options = options
    self.sources = sources
    self.counts = counts
    self.vocabulary = vocabulary
    self.count = count
  }

  // MARK: Writing

  /// The file up to the tokens; of the same length before `blocks` are known as afterwards.
  func bytes() -> [UInt8] {
    let digests = blocks.isEmpty ? [String](repeating: CheckpointSeal.blank, count: blockCount) : blocks
    let metadata: [(name: String, value: JSONValue)] = [
      (CheckpointSeal.name, .string(CheckpointSeal.blank)), ("format", .string(Self.format)),
      ("tokenizer", .string(tokenizer.rawValue)), ("split", .string(split.rawValue)),
      ("options", .string(options.text)), ("sources", .string(sources.text)),
      ("counts", .string(JSONValue.array(counts.map { .integer($0) }).text)),
      ("vocabulary", .string(JSONValue.array(vocabulary.map { .string($0) }).text)),
      ("blocks", .string(digests.joined())),
    ]
    let tokens = JSONValue.object([
      ("dtype", .string(width == 2 ? "U16" : "U32")), ("shape", .array([.integer(count)])),
      ("data_offsets", .array([.integer(0), .integer(count * width)])),
    ])
    var text = Array(JSONValue.object([("__metadata__", .object(metadata)), ("tokens", tokens)]).text.utf8)
    text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 63 - (text.count + 7) % 64))
    var bytes = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text
    CheckpointSeal.close(&bytes)
    return bytes
  }

  // MARK: Reading

  /// Reads the file up to its tokens, and checks it against itself and the file's size.
  ///
  /// - Throws: what is wrong, in a few words.
  init(_ bytes: [UInt8], fileSize: Int) throws(TokenFileError) {
    guard CheckpointSeal.isWhole(bytes) else { throw TokenFileError("its SHA-256 is not that of its header") }
    guard let json = try? JSONValue(parsing: bytes[8...]), let metadata = json["__metadata__"],
      let tokens = json["tokens"]
    else { throw TokenFileError("its header can't be read") }
    func text(_ name: String) throws(TokenFileError) -> String {
      guard case .string(let text)? = metadata[name] else { throw TokenFileError("it has no \(name)") }
      return text
    }
    func parsed(_ name: String) throws(TokenFileError) -> JSONValue {
      guard let value = try? JSONValue(parsing: Array(try text(name).utf8)) else {
        throw TokenFileError("its \(name) can't be read")
      }
      return value
    }
    guard try text("format") == Self.format else { throw TokenFileError("it is of another version") }
    guard let tokenizer = TokenizerKind(rawValue: try text("tokenizer")),
      let split = DataSplit(rawValue: try text("split")),
      case .array(let vocabulary) = try parsed("vocabulary"), case .array(let counts) = try parsed("counts"),
      case .array(let shape)? = tokens["shape"], shape.count == 1, case .integer(let count) = shape[0], count > 0,
      count < 1 << 48, counts.count == vocabulary.count, !vocabulary.isEmpty
    else { throw TokenFileError("its header lacks something") }
    self.init(
      tokenizer: tokenizer, split: split, options: try parsed("options"), sources: try parsed("sources"),
      counts: counts.compactMap { if case .integer(let count) = $0 { count } else { nil } },
      vocabulary: vocabulary.compactMap { if case .string(let token) = $0 { token } else { nil } }, count: count)
    let digits = Array(try text("blocks").utf8)
    guard digits.count == 64 * blockCount, self.vocabulary.count == vocabulary.count else {
      throw TokenFileError("its header lacks something")
    }
    blocks = stride(from: 0, to: digits.count, by: 64).map { String(decoding: digits[$0..<($0 + 64)], as: UTF8.self) }
    digest = String(decoding: bytes[CheckpointSeal.place], as: UTF8.self)
    dataStart = bytes.count
    guard fileSize == self.fileSize else {
      throw TokenFileError("it has \(fileSize) bytes instead of \(self.fileSize)")
    }
  }

  /// Reads a token file up to its tokens; throws where the file is too short for that.
  static func read(_ path: String) throws(RunError) -> (bytes: [UInt8], fileSize: Int) {
    let size: Int
    do { size = try TextSource.size(path) } catch {
      throw RunError(
        error.problem, at: path, remedy: "give a directory that `dist-train tokenize` has made", status: error.status)
    }
    var reader = try FileReader(path)
    let length = size < 8 ? nil : try reader.read(at: 0, count: 8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let length, isReadable(length: length), length <= UInt64(size - 8) else {
      throw TokenFileError("it is too short").at(path)
    }
    return (try reader.read(at: 0, count: 8 + Int(length)), size)
  }
}

/// What is wrong with a token file.
struct TokenFileError: Error, Equatable, Sendable {
  let problem: String
  init(_ problem: String) { self.problem = problem }

  /// As a `RunError`.
  func at(_ path: String) -> RunError {
    RunError(
      "damaged token file (\(problem))", at: path, remedy: "make it again with `dist-train tokenize`", status: .badData)
  }
}
