internal import Corpus
internal import Files
internal import SystemPackage

/// A file that tokens are made of.
struct TextSource: Sendable {
  let path: String
  /// Bytes.
  let size: Int
  /// Where its text begins: after a byte-order mark.
  let start: Int

  /// Looks at a file.
  ///
  /// - Throws: for one that can't be read, or isn't a regular file.
  init(_ path: String) throws(RunError) {
    self.path = path
    size = try Self.size(path)
    var reader = try FileReader(path)
    start = ByteOrderMark.length(try reader.read(at: 0, count: min(size, ByteOrderMark.bytes.count)))
  }

  /// Bytes of a regular file; throws for pipes and directories.
  static func size(_ path: String) throws(RunError) -> Int {
    let stat: Stat
    do { stat = try FilePath(named: path).stat() } catch {
      throw RunError(
        "can't read the file (\(error.description.lowercased()))", at: path, remedy: "check its name and permissions",
        status: .inputOutput)
    }
    // It is read more than once, and at any offset.
    guard stat.type == .regular else { throw InputFile.irregular(stat.type, path) }
    return Int(stat.size)
  }
}

/// The texts that `tokenize` reads, as documents in their order: those to train on, then those to validate on. A
/// document is a file; where a file is split, each part is one.
struct TextSources: Sendable {
  /// Part of a file, a document of one split.
  struct Document: Sendable, Equatable {
    /// Index of its file.
    let source: Int
    let bytes: Range<Int>
    let split: DataSplit
  }

  let files: [TextSource]
  let documents: [Document]

  /// Bytes of all files.
  var size: Int { files.map(\.size).reduce(0, +) }

  /// Files to train and to validate on.
  init(train: [String], valid: [String]) throws(RunError) {
    files = try Self.files(train + valid)
    documents = files.enumerated().map { index, file in
      Document(source: index, bytes: file.start..<file.size, split: index < train.count ? .train : .valid)
    }
    try check(train.joined(separator: ", "))
  }

  /// One file to measure on.
  init(_ path: String) throws(RunError) {
    files = try Self.files([path])
    documents = [Document(source: 0, bytes: files[0].start..<files[0].size, split: .valid)]
  }

  /// Files whose end, `validFraction` of all bytes, is validated on, from a line's beginning; in a text of one line,
  /// from a word's.
  init(_ paths: [String], validFraction: Double) throws(RunError) {
    files = try Self.files(paths)
    let total = files.map(\.size).reduce(0, +)
    var place = total - Int((Double(total) * validFraction).rounded())
    var documents: [Document] = []
    for (index, file) in files.enumerated() {
      var cut = min(max(place, file.start), file.size)
      if cut > file.start, cut < file.size { cut = try TextSplit.place(in: file, near: cut) }
      if file.size == file.start {
        documents.append(Document(source: index, bytes: cut..<cut, split: documents.last?.split ?? .train))
      }
      for (bytes, split) in [(file.start..<cut, DataSplit.train), (cut..<file.size, .valid)]
      where !bytes.isEmpty {
        documents.append(Document(source: index, bytes: bytes, split: split))
      }
      place -= file.size
    }
    self.documents = documents
    try check(paths.joined(separator: ", "))
  }

  private func check(_ place: String) throws(RunError) {
    for split in DataSplit.allCases
    where !documents.contains(where: { $0.split == split && !$0.bytes.isEmpty }) {
      throw RunError(
        "no text to \(split == .train ? "train" : "validate") on", at: place,
        remedy: "give more text, another --valid-fraction, or files with --valid", status: .badData)
    }
  }

  private static func files(_ paths: [String]) throws(RunError) -> [TextSource] {
    var result: [TextSource] = []
    for path in paths { result.append(try TextSource(path)) }
    return result
  }
}
