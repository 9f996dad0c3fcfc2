internal import SystemPackage

/// A file that the user has named for one result, such as a trace.
public enum OutputFile {
  /// Writes `text` to a file of that name: aside first, then renamed.
  ///
  /// - Throws: `RunError` where there is something of that name, or it can't be written.
  public static func write(_ text: String, to path: String) throws(RunError) {
    let path = FilePath(named: path)
    guard !FileOperations.exists(path) else {
      throw RunError(
        "the file exists", at: path.named, remedy: "choose another name or move it away", status: .inputOutput)
    }
    try FileOperations.replace(path, with: Array(text.utf8))
  }
}
