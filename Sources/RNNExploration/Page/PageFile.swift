import Foundation
import Training

/// The file that takes the page: a fresh one, or one that an earlier run of this program has written.
struct PageFile {
  private let path: String

  /// Makes sure, before any work is done, that the file may be written and that nothing of anyone else's would be lost.
  ///
  /// - Throws: `RunError` with status `inputOutput` where another file or a directory has the name, or there is no
  ///   directory to write to.
  init(_ path: String) throws {
    self.path = path
    func failure(_ problem: String, _ remedy: String) -> RunError {
      RunError(problem, at: path, remedy: remedy, status: .inputOutput)
    }
    let files = FileManager.default
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard !path.isEmpty, files.isWritableFile(atPath: directory) else {
      throw failure("can't write the page", "give --out a file in a directory you may write to, or none")
    }
    guard files.fileExists(atPath: path) else { return }
    let start = try? FileHandle(forReadingFrom: URL(fileURLWithPath: path)).read(
      upToCount: NotebookPage.mark.utf8.count)
    guard let start, start == Data(NotebookPage.mark.utf8) else {
      throw failure("the file is not a page of this program", "give --out another name, or move that file away")
    }
  }

  /// Writes the page aside, then puts it in place.
  func write(_ html: String) throws {
    do {
      try Data(html.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw RunError(
        "can't write the page (\(error.localizedDescription))", at: path,
        remedy: "free some space or give another --out",
        status: .inputOutput)
    }
  }
}
