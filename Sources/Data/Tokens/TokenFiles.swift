internal import Files
internal import SystemPackage

/// The two token files of a directory.
enum TokenFiles {
  /// Both files' headers, checked; before each, its length and its file's size, 8 bytes each.
  static func readHeaders(_ directory: String) throws(RunError) -> [UInt8] {
    var message: [UInt8] = []
    for split in DataSplit.allCases {
      let path = TokenDirectory.path(directory, split).named
      let (bytes, fileSize) = try TokenHeader.read(path)
      _ = try header(bytes, fileSize: fileSize, path)
      for number in [bytes.count, fileSize] { message += (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
      message += bytes
    }
    return message
  }

  /// Maps both files, whose headers are those that `readHeaders` gave.
  static func open(
    _ directory: String, headers message: [UInt8]
  ) throws(RunError) -> (train: MappedTokens, valid: MappedTokens) {
    var rest = message[...]
    func number() -> Int {
      defer { rest = rest.dropFirst(8) }
      return rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    func file(_ split: DataSplit) throws(RunError) -> MappedTokens {
      let path = TokenDirectory.path(directory, split).named
      let (count, fileSize) = (number(), number())
      let header = try header(Array(rest.prefix(count)), fileSize: fileSize, path)
      rest = rest.dropFirst(count)
      guard header.split == split else { throw TokenFileError("it is of the split \(header.split)").at(path) }
      return try MappedTokens(path, header)
    }
    let (train, valid) = (try file(.train), try file(.valid))
    guard train.header.vocabulary == valid.header.vocabulary, train.header.tokenizer == valid.header.tokenizer else {
      throw TokenFileError("its vocabulary is not that of train.tokens")
        .at(TokenDirectory.path(directory, .valid).named)
    }
    return (train, valid)
  }

  private static func header(_ bytes: [UInt8], fileSize: Int, _ path: String) throws(RunError) -> TokenHeader {
    do { return try TokenHeader(bytes, fileSize: fileSize) } catch { throw error.at(path) }
  }
}
