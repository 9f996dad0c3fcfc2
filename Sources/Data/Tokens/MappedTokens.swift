internal import Corpus
private import Crypto
internal import Files
internal import Memory
internal import Platform
internal import SystemPackage

/// A token file's tokens, mapped into memory: the system loads a page when it is first read, so what no worker of a
/// process reads is never loaded.
///
/// The memory is only read, so that all threads may.
@safe
package final class MappedTokens: @unchecked Sendable {
  let header: TokenHeader
  private let path: String
  /// Open, to ask for its size.
  private let file: FileDescriptor
  // Read only, and mapped until `deinit`.
  private let memory: UnsafeRawBufferPointer
  private let isNarrow: Bool
  private let dataStart: Int

  /// Number of tokens.
  var count: Int { header.count }

  /// Maps the file that the header was read from.
  convenience init(_ path: String, _ header: TokenHeader) throws(RunError) {
    let file: FileDescriptor
    do { file = try FileDescriptor.open(FilePath(named: path), .readOnly) } catch { throw Self.failure(error, path) }
    try self.init(path, header, file)
  }

  /// Maps an open file, which is closed with this object. Calls `mmap`.
  ///
  /// - path: what messages call it.
  /// - header: the file has at least its `fileSize` bytes.
  init(_ path: String, _ header: TokenHeader, _ file: FileDescriptor) throws(RunError) {
    self.path = path
    self.header = header
    self.file = file
    isNarrow = header.width == 2
    dataStart = header.dataStart
    let size = header.fileSize
    // The call gives memory of that size or MAP_FAILED.
    guard let base = unsafe mmap(nil, size, PROT_READ, MAP_SHARED, file.rawValue, 0), unsafe base != MAP_FAILED else {
      let error = Errno(rawValue: errno)
      try? file.close()
      throw Self.failure(error, path)
    }
    unsafe memory = UnsafeRawBufferPointer(start: base, count: size)
    MappedMemory.add(region)
  }

  private static func failure(_ error: any Error, _ path: String) -> RunError {
    RunError(
      "can't map the file into memory (\("\(error)".lowercased()))", at: path, remedy: "check its permissions",
      status: .inputOutput)
  }

  deinit {
    MappedMemory.remove(region)
    // Nobody holds the memory but this object.
    unsafe _ = munmap(UnsafeMutableRawPointer(mutating: memory.baseAddress!), memory.count)
    try? file.close()
  }

  /// Ends the process where the file is shorter than when it was mapped: the rest of its last page reads as zeros,
  /// which are tokens, too. Calls `fstat`.
  func requireWhole() {
    var status = stat()
    // The call fills the structure, during the call.
    guard unsafe fstat(file.rawValue, &status) == 0, status.st_size < header.fileSize else { return }
    MappedMemory.end(region)
  }

  private var region: MappedMemory.Region {
    unsafe MappedMemory.Region(
      address: UInt(bitPattern: memory.baseAddress!), byteCount: UInt(memory.count), path: path)
  }

  /// Copies the tokens of `range` to every `stride`-th element of `target` from `first` on.
  func copy(_ range: Range<Int>, into target: BufferView<Int32>, first: Int, stride: Int) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "no such tokens")
    var place = first
    for index in range {
      target[place] = token(index)
      place += stride
    }
  }

  /// The token ids in `range`.
  func tokens(_ range: Range<Int>) -> [Int32] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "no such tokens")
    return range.map(token)
  }

  @inline(__always)
  private func token(_ index: Int) -> Int32 {
    // `loadUnaligned` checks its place against the memory's size.
    if isNarrow {
      let bits = unsafe memory.loadUnaligned(fromByteOffset: dataStart + 2 * index, as: UInt16.self)
      return Int32(UInt16(littleEndian: bits))
    }
    let bits = unsafe memory.loadUnaligned(fromByteOffset: dataStart + 4 * index, as: UInt32.self)
    return Int32(bitPattern: UInt32(littleEndian: bits))
  }

  /// Throws unless all blocks that hold any of these tokens are as they were written, with ids of the vocabulary only.
  func check(_ parts: [Range<Int>]) throws(RunError) {
    var checked: Set<Int> = []
    for part in parts where !part.isEmpty {
      let first = part.lowerBound * header.width / TokenHeader.blockSize
      let last = (part.upperBound * header.width - 1) / TokenHeader.blockSize
      for block in first...last where checked.insert(block).inserted { try check(block: block) }
    }
  }

  private func check(block: Int) throws(RunError) {
    let start = header.dataStart + block * TokenHeader.blockSize
    let end = min(start + TokenHeader.blockSize, header.fileSize)
    var hash = SHA256()
    // The call reads the memory, during the call.
    unsafe hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: memory[start..<end]))
    guard hexadecimal(hash.finalize()) == header.blocks[block] else {
      throw TokenFileError("its tokens from byte \(start) on are not those written").at(path)
    }
    let perBlock = TokenHeader.blockSize / header.width
    for index in (block * perBlock)..<min((block + 1) * perBlock, count)
    where !header.vocabulary.indices.contains(Int(token(index))) {
      throw TokenFileError("token \(index) is none of the vocabulary").at(path)
    }
  }

  /// The tokens as a corpus.
  func corpus() -> Corpus {
    Corpus(name: path, vocabulary: Vocabulary(tokens: header.vocabulary), count: count) { [self] in tokens($0) }
  }
}
