internal import Corpus
internal import Memory
internal import Platform
package import SystemPackage

/// A file that the user has named for something to be read from it.
public enum InputFile {
  /// The first of the arguments that begins with a dash and is the name of a file here.
  public static func named(withDash arguments: some Sequence<String>) -> String? {
    arguments.first { $0.hasPrefix("-") && $0 != "-" && FileOperations.exists(FilePath(named: $0)) }
  }

  /// The bytes of a file, or all that comes through a pipe.
  ///
  /// - remedy: what to do where there is no such file, or it may not be read.
  /// - Throws: `RunError` where it can't be read, for a device that goes on for ever, and for more than memory holds.
  package static func bytes(_ path: String, remedy: String) throws(RunError) -> [UInt8] {
    do {
      let file = try FileDescriptor.open(FilePath(named: path), .readOnly)
      return try file.closeAfter {
        let isDevice = isDevice(file)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
          // The call fills the array's memory, during the call.
          let count = try unsafe chunk.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
          if count == 0 { return bytes }
          if isDevice { throw irregular(.characterSpecial, path) }
          try checkRoom(bytes, path)
          bytes += chunk[..<count]
        }
      }
    } catch let error as RunError {
      throw error
    } catch {
      throw RunError(
        "can't read the file (\("\(error)".lowercased()))", at: path, remedy: Self.remedy(error) ?? remedy,
        status: .inputOutput)
    }
  }

  /// What to do about an error that isn't the file's own; nil for others.
  package static func remedy(_ error: any Error) -> String? {
    error as? Errno == .tooManyOpenFiles ? "raise ulimit -n" : nil
  }

  /// The error of what is read more than once, or at any offset, and is no regular file but of this type.
  ///
  /// - what: "file", "checkpoint".
  package static func irregular(_ type: FileType, _ path: String, _ what: String = "file") -> RunError {
    let (kind, remedy) =
      switch type {
      case .directory: ("a directory, not a file", "name the files in it")
      case .fifo, .socket: ("a pipe, not a regular file", "write it to a file and name that")
      case .characterSpecial, .blockSpecial:
        ("a device, not a regular file", "write some of it to a file and name that")
      default: ("not a file", "check its name and permissions")
      }
    return RunError("can't read the \(what) (\(kind))", at: path, remedy: remedy, status: .inputOutput)
  }

  /// Whether it is a device whose bytes nobody types.
  private static func isDevice(_ file: FileDescriptor) -> Bool {
    guard let type = try? file.stat().type else { return false }
    return (type == .characterSpecial || type == .blockSpecial) && isatty(file.rawValue) == 0
  }

  /// Throws where an array is about to grow to more than there is memory for: it takes twice what it has, beside that.
  private static func checkRoom(_ bytes: [UInt8], _ path: String) throws(RunError) {
    guard bytes.count >= 32 << 20, bytes.capacity - bytes.count < 1 << 16, let limit = MemoryLimit.binding,
      limit.available < 2 * bytes.count
    else { return }
    throw RunError(
      "can't read the file (over \(bytes.count / 1_000_000) MB, more than \(limit.name) has memory for)", at: path,
      remedy: "give a shorter one, or make token files of a long text with `dist-train tokenize`", status: .inputOutput)
  }

  /// The file's text, without a byte-order mark at its beginning.
  ///
  /// - Throws: `RunError` where it can't be read, and where it is no UTF-8.
  public static func text(_ path: String, remedy: String) throws(RunError) -> String {
    let bytes = try bytes(path, remedy: remedy)
    guard let text = String(validating: bytes[ByteOrderMark.length(bytes)...], as: UTF8.self) else {
      throw RunError("the file is no UTF-8 text", at: path, remedy: remedy, status: .badData)
    }
    return text
  }
}
