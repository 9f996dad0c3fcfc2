internal import Files
internal import SystemPackage

/// A file that is read at any offset.
struct FileReader: ~Copyable {
  private let file: FileDescriptor
  private let path: String

  init(_ path: String) throws(RunError) {
    self.path = path
    do {
      file = try FileDescriptor.open(FilePath(named: path), .readOnly)
    } catch {
      throw Self.failure(error, path)
    }
  }

  deinit { try? file.close() }

  /// `count` bytes from `offset` on.
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
      "can't read the file (\("\(error)".lowercased()))", at: path,
      remedy: InputFile.remedy(error) ?? "check its name and permissions", status: .inputOutput)
  }
}
