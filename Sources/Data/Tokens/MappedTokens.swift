internal import Corpus
private import Crypto
internal import Files
internal import Memory
internal import Platform
internal import SystemPackage

/// A token file's tokens in memory that the system fills from the file when it is looked at, a page at a time: what no worker of a
/// process reads is never loaded.
///
/// The memory is only read, so that all threads may.
@safe
package final class MappedTokens: @unchecked Sendable {
  let header: TokenHeader
  private let path: String
  // Read only, from the initialiser to the end.
  private let memory: UnsafeRawBufferPointer
  private let isNarrow: Bool
  private let dataStart: Int

  /// Number of tokens.
  var count: Int { header.count }

  /// Maps the file that the header was read from. Calls `mmap`.
  init(_ path: String, _ header: TokenHeader) throws(RunError) {
    self.path = path
    self.header = header
    isNarrow = header.width == 2
    dataStart = header.dataStart
    do {
      let file = try FileDescriptor.open(FilePath(path), .readOnly)
      let size = header.fileSize
      // The call gives memory of that size or MAP_FAILED; the file may be closed behind it.
      let base = unsafe try file.closeAfter { unsafe mmap(nil, size, PROT_READ, MAP_SHARED, file.rawValue, 0) }
      guard let base = unsafe base, unsafe base != MAP_FAILED else { throw Errno(rawValue: errno) }
      unsafe memory = UnsafeRawBufferPointer(start: base, count: size)
    } catch {
      throw RunError(
        "can't map the file into memory (\("\(error)".lowercased()))", at: path, remedy: "check its permissions",
        status: .inputOutput)
    }
  }

  deinit {
    // Nobody holds the memory but this object.
    unsafe _ = munmap(UnsafeMutableRawPointer(mutating: memory.baseAddress!), memory.count)
  }

  /// Copies the tokens of `range` to every `stride`-th element of `target` from `first` on.
  func copy(_ range: Range<Int>, into target: Window<Int32>, first: Int, stride: Int) {
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

  /// Throws unless all blocks that hold one of those tokens are as they were written and of ids within the vocabulary.
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
