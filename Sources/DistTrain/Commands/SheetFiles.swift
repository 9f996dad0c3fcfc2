import Benchmarks
import Reports
import SystemPackage
import Training

/// The two files of `bench page`, which don't take the place of others.
struct SheetFiles {
  private let page: FilePath
  private let sheet: FilePath

  /// Makes the directory.
  ///
  /// - withSheet: whether there will be a sheet beside the page.
  /// - Throws: `RunError` where it can't be written to, and where a file is there.
  init(_ directory: String, withSheet: Bool) throws(RunError) {
    let directory = FilePath(named: directory)
    (page, sheet) = (directory.appending("benchmarks.html"), directory.appending("benchmarks.json"))
    try FileOperations.makeDirectories(directory)
    try FileOperations.probe(directory)
    for path in withSheet ? [page, sheet] : [page] where FileOperations.exists(path) {
      throw RunError(
        "the file exists", at: path.named, remedy: "choose another directory or move it away", status: .inputOutput)
    }
  }

  /// Writes the page, and the sheet of the machine that was measured.
  func write(_ page: BenchmarkPage, sheet measured: BenchmarkSheet?) throws(RunError) {
    if let measured { try OutputFile.write(measured.json.prettyText + "\n", to: sheet.named) }
    try OutputFile.write(page.html(), to: self.page.named)
    print("written \(PlainText.visible(self.page.named))")
  }
}

extension BenchmarkSheet {
  /// The sheet that `bench page` has written.
  ///
  /// - Throws: `RunError` where the file can't be read or is no sheet.
  static func read(_ path: String) throws(RunError) -> BenchmarkSheet {
    let text = try InputFile.text(path, remedy: "check its name")
    guard let json = try? JSONValue(parsing: Array(text.utf8)), let sheet = BenchmarkSheet(json: json) else {
      throw RunError(
        "no sheet of benchmarks", at: path, remedy: "give a benchmarks.json of `dist-train bench page`",
        status: .badData)
    }
    return sheet
  }
}
