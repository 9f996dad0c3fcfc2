package import SystemPackage

/// Bytes that are read range by range, from memory or from a file that stays open for as long as this is kept.
package struct ByteSource: Sendable {
  private enum Place: Sendable {
    case memory([UInt8])
    case file(OpenFile)
  }

  private let place: Place
  /// Number of bytes.
  package let count: Int

  /// Bytes in memory.
  package init(_ bytes: [UInt8]) {
    place = .memory(bytes)
    count = bytes.count
  }

  /// Opens a file.
  package init(opening path: FilePath) throws(Errno) {
    let file = try OpenFile(path)
    do { count = try Int(file.descriptor.seek(offset: 0, from: .end)) } catch { throw error as? Errno ?? .ioError }
    place = .file(file)
  }

  /// The bytes of a range, which lies within `0..<count`.
  ///
  /// - Throws: what reading the file throws; `ioError` where it has become shorter.
  package func read(_ range: Range<Int>) throws(Errno) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "bytes that aren't there")
    switch place {
    case .memory(let bytes): return Array(bytes[range])
    case .file(let file): return try file.read(range)
    }
  }

  /// Reads the whole in pieces of at most so many bytes.
  package func forEachPiece(ofBytes most: Int = 1 << 20, _ body: ([UInt8]) -> Void) throws(Errno) {
    for start in stride(from: 0, to: count, by: most) { body(try read(start..<min(start + most, count))) }
  }
}

/// A file that is open for reading until this is released.
private final class OpenFile: Sendable {
  let descriptor: FileDescriptor

  init(_ path: FilePath) throws(Errno) {
    do { descriptor = try FileDescriptor.open(path, .readOnly) } catch { throw error as? Errno ?? .ioError }
  }

  deinit { try? descriptor.close() }

  func read(_ range: Range<Int>) throws(Errno) -> [UInt8] {
    do {
      // The calls fill the array's memory, during the calls.
      return try unsafe [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
        while filled < range.count {
          let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
          let part = unsafe UnsafeMutableRawBufferPointer(rebasing: rest[..<(range.count - filled)])
          let count = try unsafe descriptor.read(fromAbsoluteOffset: Int64(range.lowerBound + filled), into: part)
          if count == 0 { throw Errno.ioError }
          filled += count
        }
      }
    } catch {
      throw error as? Errno ?? .ioError
    }
  }
}
