internal import Corpus
internal import Files
internal import Jobs
internal import Platform
internal import SystemPackage
internal import Teams
internal import Tokenization

/// A text file of any length, one document, cut into the tokens of a given vocabulary: no process holds the text or all
/// of its tokens in memory.
///
/// It is read twice, piece by piece: once to count its tokens, then worker 0 sends their ids to all workers. Each keeps
/// those of its own streams in a file of its own, which has no name and vanishes with the process, and reads them from
/// there as they are needed.
struct StreamedText {
  private let path: String
  private let encoder: TokenEncoder
  private let kind: TokenizerKind

  /// The text's `count` tokens, of which only those of the worker's own streams can be read. Collective; every worker
  /// throws the same `RunError`.
  ///
  /// - Throws: for a text that can't be read or isn't a regular file; for sizes that don't fit it.
  static func tokens(
    _ path: String, _ vocabulary: Vocabulary, _ kind: TokenizerKind, count: Int, batchSize: Int, bptt: Int,
    _ team: any Team
  ) throws -> MappedTokens {
    let text = StreamedText(path: path, encoder: TokenEncoder(vocabulary), kind: kind)
    let plan: Streams
    do throws(CorpusError) {
      plan = try Streams(
        tokenCount: count, batchSize: batchSize, bptt: bptt, name: path)
    } catch {
      throw RunError(error.problem, at: error.place, remedy: error.remedy, status: .usage)
    }
    let header = TokenHeader(
      tokenizer: kind, split: .valid, options: .null, sources: .null, counts: [], vocabulary: vocabulary.tokens,
      count: count)
    let own = plan.parts(of: team.lanes.streams(ofWorker: team.rank, of: team.size))
    var file: OwnTokens?
    _ = try SharedOutcome.agree(team) { () throws(RunError) in file = try OwnTokens(header, own, worker: team.rank) }
    try text.send(count, team) { ids in file?.append(ids) }
    return try SharedOutcome.agree(team) { () throws(RunError) in
      guard let file else { preconditionFailure("the file is there") }
      return try MappedTokens(path, header, file.finish())
    }
  }

  /// Number of the text's tokens, as this process reads it.
  ///
  /// - Throws: for a text that can't be read, isn't a regular file, isn't UTF-8, or is empty.
  static func count(_ path: String, _ vocabulary: Vocabulary, _ kind: TokenizerKind) throws(RunError) -> Int {
    var pieces = try Pieces(StreamedText(path: path, encoder: TokenEncoder(vocabulary), kind: kind))
    var count = 0
    while let ids = try pieces.next() { count += ids.count }
    guard count > 1 else {
      throw RunError("empty text", at: path, remedy: "give a text with some words", status: .badData)
    }
    return count
  }

  /// Gives the ids of all tokens, in order, to every worker. Collective.
  private func send(_ count: Int, _ team: any Team, _ take: ([Int32]) -> Void) throws {
    var pieces: Pieces?
    var sent = 0
    while sent < count {
      let message = try SharedOutcome.share(team) { () throws(RunError) in
        if pieces == nil { pieces = try Pieces(self) }
        let ids = try pieces?.next() ?? []
        guard !ids.isEmpty, sent + ids.count <= count else {
          throw RunError(
            "the text has changed while it was read", at: path, remedy: "start again when nobody writes to it",
            status: .inputOutput)
        }
        return ids.flatMap { id in (0..<4).map { UInt8(truncatingIfNeeded: id >> (8 * Int32($0))) } }
      }
      let ids = stride(from: 0, to: message.count, by: 4).map { place in
        message[place..<(place + 4)].reversed().reduce(0) { $0 << 8 | Int32($1) }
      }
      take(ids)
      sent += ids.count
    }
  }

  /// The ids of the text's tokens, piece by piece; the document begins with `xxbos`. No piece is empty.
  private struct Pieces {
    private let chunks: TextChunks
    private let encoder: TokenEncoder
    private var tokenizer: Tokenizer
    private var tokens = TokenBuffer()

    init(_ text: StreamedText) throws(RunError) {
      chunks = TextChunks(try TextSources(text.path))
      encoder = text.encoder
      tokenizer = Tokenizer(text.kind)
    }

    /// Nil at the end.
    mutating func next() throws(RunError) -> [Int32]? {
      while let chunk = try chunks.next() {
        try chunk.check()
        tokens.removeAll()
        if chunk.startsDocument { tokens.appendBegin() }
        tokenizer.tokenize(chunk.bytes, endsDocument: chunk.endsDocument, into: &tokens)
        if tokens.count > 0 { return encoder.ids(of: tokens) }
      }
      return nil
    }
  }
}

/// A file without a name for the tokens of one worker's streams, each at the offset that it would have in a file of all
/// tokens. What lies between takes no room on the disk.
private final class OwnTokens {
  private let header: TokenHeader
  private let parts: [Range<Int>]
  private let file: FileDescriptor
  /// Tokens that have come so far.
  private var place = 0
  private var error: RunError?

  /// Makes the file in `TMPDIR`, or else in `/tmp`.
  init(_ header: TokenHeader, _ parts: [Range<Int>], worker: Int) throws(RunError) {
    self.header = header
    self.parts = parts
    // The variable is copied at once.
    let named = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? ""
    let folder = named.isEmpty ? "/tmp" : named
    let path = FilePath(folder).appending(".dist-train-\(getpid())-\(worker)-\(UInt32.random(in: 0...(.max)))")
    do {
      file = try FileDescriptor.open(
        path, .readWrite, options: [.create, .exclusiveCreate], permissions: FilePermissions(rawValue: 0o600))
      FileOperations.remove(path)
      try file.resize(to: Int64(header.fileSize))
    } catch {
      throw Self.failure(error, FilePath(folder))
    }
  }

  /// Takes the next tokens and writes those of this worker's parts.
  func append(_ ids: [Int32]) {
    let range = place..<(place + ids.count)
    place = range.upperBound
    for part in parts {
      let common = part.clamped(to: range)
      guard !common.isEmpty, error == nil else { continue }
      let bytes = ids[(common.lowerBound - range.lowerBound)..<(common.upperBound - range.lowerBound)].flatMap { id in
        (0..<header.width).map { UInt8(truncatingIfNeeded: id >> (8 * Int32($0))) }
      }
      do {
        try file.writeAll(toAbsoluteOffset: Int64(common.lowerBound * header.width), bytes)
      } catch {
        self.error = Self.failure(error, "TMPDIR")
      }
    }
  }

  /// The file, after all tokens have come; throws if some couldn't be written.
  func finish() throws(RunError) -> FileDescriptor {
    if let error { throw error }
    return file
  }

  private static func failure(_ error: any Error, _ folder: FilePath) -> RunError {
    FileOperations.failure("can't write the text's tokens", folder, error as? Errno ?? .ioError)
  }
}
