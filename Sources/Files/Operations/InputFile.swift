internal import Corpus
internal import SystemPackage

/// A file that the user has named for something to be read from it.
public enum InputFile {
  /// The first of the arguments that begins with a dash and is the name of a file here.
  public static func named(withDash arguments: some Sequence<String>) -> String? {
    arguments.first { $0.hasPrefix("-") && $0 != "-" && FileOperations.exists(FilePath(named: $0)) }
  }

  /// The file's text, without a byte-order mark at its beginning.
  ///
  /// - Throws: `RunError` where it can't be read, and where it is no UTF-8.
  public static func text(_ path: String, remedy: String) throws(RunError) -> String {
    let bytes: [UInt8]
    do {
      bytes = try FileOperations.read(FilePath(named: path))
    } catch {
      throw RunError(
        "can't read the file (\(error.description.lowercased()))", at: path, remedy: remedy, status: .inputOutput)
    }
    guard let text = String(validating: bytes[ByteOrderMark.length(bytes)...], as: UTF8.self) else {
      throw RunError("the file is no UTF-8 text", at: path, remedy: remedy, status: .badData)
    }
    return text
  }
}
