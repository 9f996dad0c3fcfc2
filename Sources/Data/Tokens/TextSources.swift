internal import Corpus
internal import Files
internal import SystemPackage

/// A file that tokens are made of.
struct TextSource: Sendable {
  let path: String
  /// Bytes.
  let size: Int

  /// Bytes of a file; pipes and directories have none.
  static func size(_ path: String) throws(RunError) -> Int {
    var (problem, remedy) = ("not a file", "check its name and permissions")
    do {
      let stat = try FilePath(path).stat()
      if stat.type == .regular { return Int(stat.size) }
      if stat.type == .directory { (problem, remedy) = ("a directory, not a file", "name the files in it") }
    } catch {
      problem = error.description.lowercased()
    }
    throw RunError("can't read the file (\(problem))", at: path, remedy: remedy, status: .inputOutput)
  }
}

/// The texts that `tokenize` reads, as documents in their order: those to train on, then those to validate on. A document is a
/// file; where a file is split, each part is one.
struct TextSources: Sendable {
  /// Part of a file, a document of one split.
  struct Document: Sendable, Equatable {
    /// Index of its file.
    let source: Int
    let bytes: Range<Int>
    let split: LanguageModelData.Split
  }

  let files: [TextSource]
  let documents: [Document]

  /// Bytes of all files.
  var size: Int { files.map(\.size).reduce(0, +) }

  /// Files to train and to validate on.
  init(train: [String], valid: [String]) throws(RunError) {
    files = try Self.files(train + valid)
    documents = files.enumerated().map { index, file in
      Document(source: index, bytes: 0..<file.size, split: index < train.count ? .train : .valid)
    }
    try check(train.joined(separator: ", "))
  }

  /// Files whose end, that share of all bytes, is validated on, from a line's beginning.
  init(_ paths: [String], validFraction: Double) throws(RunError) {
    files = try Self.files(paths)
    let total = files.map(\.size).reduce(0, +)
    var place = total - Int((Double(total) * validFraction).rounded())
    var documents: [Document] = []
    for (index, file) in files.enumerated() {
      var cut = min(max(place, 0), file.size)
      if cut > 0, cut < file.size { cut = try Self.lineStart(in: file, from: cut) }
      if file.size == 0 {
        documents.append(Document(source: index, bytes: 0..<0, split: documents.last?.split ?? .train))
      }
      for (bytes, split) in [(0..<cut, LanguageModelData.Split.train), (cut..<file.size, .valid)] where !bytes.isEmpty {
        documents.append(Document(source: index, bytes: bytes, split: split))
      }
      place -= file.size
    }
    self.documents = documents
    try check(paths.joined(separator: ", "))
  }

  private func check(_ place: String) throws(RunError) {
    for split in LanguageModelData.Split.allCases
    where !documents.contains(where: { $0.split == split && !$0.bytes.isEmpty }) {
      throw RunError(
        "no text to \(split == .train ? "train" : "validate") on", at: place,
        remedy: "give more text, another --valid-fraction, or files with --valid", status: .badData)
    }
  }

  private static func files(_ paths: [String]) throws(RunError) -> [TextSource] {
    var result: [TextSource] = []
    for path in paths { result.append(TextSource(path: path, size: try TextSource.size(path))) }
    return result
  }

  /// Where the first line begins from `place` on, or else the last one before it, within 64 KiB; the file's end where neither does.
  private static func lineStart(in file: TextSource, from place: Int) throws(RunError) -> Int {
    var reader = try FileReader(file.path)
    var position = place - 1
    while position < file.size {
      let bytes = try reader.read(at: position, count: min(1 << 16, file.size - position))
      if let end = bytes.firstIndex(of: UInt8(ascii: "\n")), position + end + 1 < file.size {
        return position + end + 1
      }
      position += bytes.count
    }
    let start = max(0, place - 1 << 16)
    let before = try reader.read(at: start, count: place - start)
    return before.lastIndex(of: UInt8(ascii: "\n")).map { start + $0 + 1 } ?? file.size
  }
}

/// A file that is read from any place.
struct FileReader: ~Copyable {
  private let file: FileDescriptor
  private let path: String

  init(_ path: String) throws(RunError) {
    self.path = path
    do {
      file = try FileDescriptor.open(FilePath(path), .readOnly)
    } catch {
      throw Self.failure(error, path)
    }
  }

  deinit { try? file.close() }

  /// So many bytes from `offset` on.
  ///
  /// - Throws: also when the file ends before.
  mutating func read(at offset: Int, count: Int) throws(RunError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let part: Int
      do {
        // The call fills the array's memory, during the call.
        part = try unsafe bytes.withUnsafeMutableBytes { memory in
          try unsafe file.read(
            fromAbsoluteOffset: Int64(offset + filled), into: UnsafeMutableRawBufferPointer(rebasing: memory[filled...])
          )
        }
      } catch {
        throw Self.failure(error, path)
      }
      guard part > 0 else {
        throw RunError(
          "the file has become shorter while it was read", at: path, remedy: "start again when nobody writes to it",
          status: .inputOutput)
      }
      filled += part
    }
    return bytes
  }

  private static func failure(_ error: any Error, _ path: String) -> RunError {
    RunError(
      "can't read the file (\("\(error)".lowercased()))", at: path, remedy: "check its name and permissions",
      status: .inputOutput)
  }
}
