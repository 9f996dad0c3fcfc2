package import Files
public import SystemPackage

/// A sweep's directory: the list of its runs, a directory for each, and what has come of all.
public struct SweepDirectory: Sendable {
  /// The names of its files.
  public enum File: String, CaseIterable, Sendable {
    /// The runs by name, with all that they compute from.
    case list = "sweep.json"
    /// A line for each variant.
    case table = "table.csv"
    /// A line for each run.
    case runs = "runs.csv"
    /// All of it as a page for the browser.
    case report = "report.html"
    /// The directory of the runs' directories.
    case directories = "runs"
  }

  /// The file that says of a run that it is done.
  static let outcome = "outcome.json"

  /// Where it is.
  public let path: FilePath

  /// That of this path, whatever is there.
  public init(_ path: FilePath) { self.path = path }

  /// The path of a file.
  public func path(of file: File) -> FilePath { path.appending(file.rawValue) }

  /// The directory of a run.
  public func path(of run: SweepRun) -> FilePath { path(of: .directories).appending(run.name) }

  /// What a run has come to; nil for one that isn't done.
  package func outcome(of run: SweepRun) -> RunOutcome? {
    guard let text = try? FileOperations.read(path(of: run).appending(Self.outcome)) else { return nil }
    return (try? JSONValue(parsing: text)).flatMap { RunOutcome(json: $0) }
  }

  /// Keeps that a run is done; it is on the disk when this returns.
  package func keep(_ outcome: RunOutcome, of run: SweepRun) throws(RunError) {
    try FileOperations.replace(
      path(of: run).appending(Self.outcome), with: Array((outcome.json.prettyText + "\n").utf8), durable: true)
  }

  package func write(_ text: String, as file: File) throws(RunError) {
    try FileOperations.replace(path(of: file), with: Array(text.utf8))
  }
}
