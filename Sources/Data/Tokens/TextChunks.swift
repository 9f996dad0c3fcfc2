private import Crypto
internal import Files
private import Synchronization
internal import Tokenization

/// A piece of a text, to be worked on by itself.
struct TextChunk: Sendable {
  /// Its number, from 0 on, over all documents.
  let index: Int
  let bytes: [UInt8]
  let split: DataSplit
  let startsDocument: Bool
  let endsDocument: Bool
  /// Its file, and where it begins there.
  let path: String
  let offset: Int

  /// Throws unless the text is UTF-8.
  func check() throws(RunError) {
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      throw RunError(
        "not UTF-8 text (byte \(offset + error.byteOffsets.lowerBound))", at: path,
        remedy: "convert it to UTF-8, or unpack it if it is packed",
        status: .badData)
    }
  }
}

/// The documents' pieces in their order, handed to whoever asks next. Where they are cut depends on the texts alone.
final class TextChunks: Sendable {
  private struct State {
    var index = 0
    var document = 0
    /// Where the next piece begins in its file.
    var place = 0
    var reader: (source: Int, file: OpenFile)?
    var hash = SHA256()
    var digests: [String] = []
    var bytesRead = 0
  }

  private let sources: TextSources
  private let size: Int
  private let state: Mutex<State>

  /// - size: bytes of a piece at most, at least 16.
  init(_ sources: TextSources, size: Int = 1 << 20) {
    self.sources = sources
    self.size = size
    state = Mutex(State(place: sources.documents.first?.bytes.lowerBound ?? 0))
  }

  /// Bytes handed out so far.
  var bytesRead: Int { state.withLock { $0.bytesRead } }

  /// SHA-256 of the files, as hex digits, when all has been handed out.
  var digests: [String] { state.withLock { $0.digests } }

  /// The next piece, unchecked; nil at the end.
  ///
  /// - Throws: for a file that can't be read.
  func next() throws(RunError) -> TextChunk? {
    try state.withLock { state in Result { () throws(RunError) in try read(&state) } }.get()
  }

  private func read(_ state: inout State) throws(RunError) -> TextChunk? {
    guard state.document < sources.documents.count else { return nil }
    let document = sources.documents[state.document]
    let source = sources.files[document.source]
    if state.reader?.source != document.source {
      let file = try OpenFile(source.path)
      state.reader = (document.source, file)
      state.hash = SHA256()
      // A byte-order mark is part of the file, though none of its text.
      state.hash.update(data: try file.read(at: 0, count: source.start))
      state.bytesRead += source.start
    }
    guard let reader = state.reader?.file else { return nil }
    let offset = state.place
    var bytes = try reader.read(at: offset, count: min(size, document.bytes.upperBound - offset))
    let isLast = offset + bytes.count == document.bytes.upperBound
    let length = TextCut.length(bytes, isLast: isLast)
    bytes.removeSubrange(length...)
    state.hash.update(data: bytes)
    let chunk = TextChunk(
      index: state.index, bytes: bytes, split: document.split, startsDocument: offset == document.bytes.lowerBound,
      endsDocument: isLast, path: source.path, offset: offset)
    state.index += 1
    state.bytesRead += length
    state.place += length
    if isLast {
      if document.bytes.upperBound == source.size { state.digests.append(hexadecimal(state.hash.finalize())) }
      state.document += 1
      if state.document < sources.documents.count { state.place = sources.documents[state.document].bytes.lowerBound }
    }
    return chunk
  }

  /// A reference to a `FileReader`, which can't be copied itself.
  private final class OpenFile {
    private var file: FileReader

    init(_ path: String) throws(RunError) { file = try FileReader(path) }

    func read(at offset: Int, count: Int) throws(RunError) -> [UInt8] { try file.read(at: offset, count: count) }
  }
}
