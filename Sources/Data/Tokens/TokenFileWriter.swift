private import Crypto
internal import Files
internal import Platform
internal import SystemPackage

/// Writes one token file, under a temporary name until `publish`.
final class TokenFileWriter {
  private let path: FilePath
  private let aside: FilePath
  private let file: FileDescriptor
  private var header: TokenHeader
  private var hash = SHA256()
  /// Bytes in the block that is being hashed, and those written.
  private var blockFill = 0
  private var written = 0
  private var isOpen = true
  private var isPublished = false

  /// Begins the file, with room for the header.
  ///
  /// - Throws: also for a header that is too long to be read back.
  init(_ path: FilePath, _ header: TokenHeader) throws(RunError) {
    self.path = path
    self.header = header
    aside = path.removingLastComponent().appending(".\(path.lastComponent?.string ?? "tokens").part")
    let bytes = header.bytes()
    guard TokenHeader.isReadable(length: UInt64(bytes.count - 8)) else {
      throw RunError(
        "the vocabulary is too long: its file would begin with a header of \(bytes.count - 8) bytes", at: path.named,
        remedy: "give a smaller --max-vocab, a larger --min-freq, or texts with shorter words", status: .badData)
    }
    do {
      file = try FileDescriptor.open(
        aside, .writeOnly, options: [.create, .truncate], permissions: FilePermissions(rawValue: 0o666))
      _ = try file.writeAll(bytes)
    } catch {
      throw FileOperations.failure("can't write the file", path, error as? Errno ?? .ioError)
    }
  }

  /// Appends tokens.
  func append(_ tokens: [Int32]) throws(RunError) {
    let bytes =
      header.width == 2
      ? Self.bytes(tokens.map { UInt16(truncatingIfNeeded: $0).littleEndian }) : Self.bytes(tokens.map(\.littleEndian))
    do { _ = try file.writeAll(bytes) } catch {
      throw FileOperations.failure("can't write the file", path, error as? Errno ?? .ioError)
    }
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = rest.prefix(TokenHeader.blockSize - blockFill)
      hash.update(data: Array(part))
      rest = rest.dropFirst(part.count)
      blockFill += part.count
      if blockFill == TokenHeader.blockSize { closeBlock() }
    }
    written += bytes.count
  }

  private static func bytes<Number: FixedWidthInteger>(_ numbers: [Number]) -> [UInt8] {
    // The array's memory is read, during the call.
    unsafe numbers.withUnsafeBytes { unsafe Array($0) }
  }

  private func closeBlock() {
    header.blocks.append(hexadecimal(hash.finalize()))
    hash = SHA256()
    blockFill = 0
  }

  /// Fills the header in; when this returns, all of the file is on the disk, under its temporary name.
  func finish() throws(RunError) {
    if blockFill > 0 { closeBlock() }
    precondition(written == header.count * header.width, "the two passes have given different numbers of tokens")
    do {
      _ = try file.writeAll(toAbsoluteOffset: 0, header.bytes())
      if fsync(file.rawValue) != 0 { throw Errno(rawValue: errno) }
      try file.close()
      isOpen = false
    } catch {
      throw FileOperations.failure("can't write the file", path, error as? Errno ?? .ioError)
    }
  }

  /// Gives the file its name.
  func publish() throws(RunError) {
    try FileOperations.move(aside, to: path)
    isPublished = true
  }

  /// Deletes the file, whether it is published or not.
  func abandon() {
    if isOpen { try? file.close() }
    isOpen = false
    FileOperations.remove(isPublished ? path : aside)
  }
}
