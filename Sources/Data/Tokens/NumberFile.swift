internal import Files
internal import SystemPackage

/// Numbers in a temporary file: appended, then read from the first on.
final class NumberFile {
  private let path: FilePath
  private let file: FileDescriptor
  /// Numbers appended.
  private(set) var count = 0

  init(_ path: FilePath) throws(RunError) {
    self.path = path
    do {
      file = try FileDescriptor.open(
        path, .readWrite, options: [.create, .exclusiveCreate], permissions: FilePermissions(rawValue: 0o600))
    } catch {
      throw FileOperations.failure("can't write the file", path, error as? Errno ?? .ioError)
    }
  }

  /// Appends numbers.
  func append(_ numbers: [Int32]) throws(RunError) {
    do {
      // The call reads the array's memory, during the call. No other program reads the file: its byte order is the
      // machine's.
      _ = try unsafe numbers.withUnsafeBytes { try unsafe file.writeAll($0) }
    } catch {
      throw FileOperations.failure("can't write the file", path, error as? Errno ?? .ioError)
    }
    count += numbers.count
  }

  /// Calls `body` with all numbers in order, some at a time.
  func read(_ body: ([Int32]) throws(RunError) -> Void) throws(RunError) {
    var place = 0
    while place < count {
      var part = [Int32](repeating: 0, count: min(1 << 18, count - place))
      var filled = 0
      while filled < 4 * part.count {
        let more: Int
        do {
          // The call fills the array's memory, during the call.
          more = try unsafe part.withUnsafeMutableBytes { memory in
            try unsafe file.read(
              fromAbsoluteOffset: Int64(4 * place + filled),
              into: UnsafeMutableRawBufferPointer(rebasing: memory[filled...]))
          }
        } catch {
          throw FileOperations.failure("can't read the file", path, error as? Errno ?? .ioError)
        }
        guard more > 0 else { throw FileOperations.failure("can't read the file", path, .ioError) }
        filled += more
      }
      try body(part)
      place += part.count
    }
  }

  /// Deletes the file; it may not be used afterwards.
  func remove() {
    try? file.close()
    FileOperations.remove(path)
  }
}
