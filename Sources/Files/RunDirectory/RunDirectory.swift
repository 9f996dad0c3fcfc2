public import SystemPackage

/// The directory that takes the files of one run: configuration, metrics, weights, curves.
///
/// It is fresh, with none of an earlier run's files in it when it is made, so that none is ever overwritten; or it is
/// that of the run that goes on. Every operation throws a `RunError` with status `inputOutput`, whose place is the file
/// at fault.
public struct RunDirectory: Sendable {
  /// The names under which a run keeps its files.
  public enum File: String, CaseIterable, Sendable {
    /// Every option as resolved.
    case configuration = "config.json"
    /// Steps and epochs, one JSON object a line.
    case metrics = "metrics.jsonl"
    /// Steps and epochs as comma-separated text.
    case metricsTable = "metrics.csv"
    /// Weights and running statistics.
    case model = "model.safetensors"
    /// The checkpoint of the best validation, which stands for its weights: a link.
    case best = "best"
    /// The LR finder's curve as numbers.
    case learningRateTable = "lr-find.csv"
    /// The LR finder's curve as a picture.
    case learningRatePlot = "lr-find.svg"
    /// Train and validation losses as a picture.
    case lossPlot = "losses.svg"
    /// All of it as a page for the browser.
    case report = "report.html"
    /// The directory of checkpoints.
    case checkpoints = "checkpoints"
  }

  /// Where the files are.
  public let path: FilePath
  /// The job's claim to it.
  private let lock: RunLock

  /// Makes the directory `path` with its parents, or takes the one that is there.
  ///
  /// - Throws: where it can't be made or written to, where another job works in it, or where it holds a run's files.
  public init(at path: FilePath) throws(RunError) {
    try FileOperations.makeDirectories(path)
    try FileOperations.probe(path)
    // Before looking: two jobs may start at once.
    lock = try RunLock(path)
    try Self.checkIsFresh(path)
    lock.announce()
    self.path = path
  }

  /// Throws where a directory holds a run's files, which are left as they are.
  private static func checkIsFresh(_ path: FilePath) throws(RunError) {
    for file in File.allCases where FileOperations.exists(path.appending(file.rawValue)) {
      throw RunError(
        "the output directory holds an earlier run", at: path.appending(file.rawValue).named,
        remedy: "choose another directory, move that one away, or go on with --resume", status: .inputOutput)
    }
  }

  /// Takes the directory of a run that goes on.
  ///
  /// - Throws: where it can't be written to, or where another job works in it.
  public init(goingOn path: FilePath) throws(RunError) {
    try FileOperations.probe(path)
    lock = try RunLock(path)
    lock.announce()
    self.path = path
  }

  /// Makes `<parent>/<time>-<name>`, for a second run in the same second `<parent>/<time>-<name>-2`, and so on.
  ///
  /// - Throws: where it can't be made or written to.
  public init(named name: String, at time: UTCTime = .now, in parent: FilePath = "runs") throws(RunError) {
    try FileOperations.makeDirectories(parent)
    let base = "\(time.basicText)-\(name)"
    var path = parent.appending(base)
    var copy = 1
    while try !FileOperations.makeDirectory(path) {
      copy += 1
      path = parent.appending("\(base)-\(copy)")
    }
    try FileOperations.probe(path)
    lock = try RunLock(path)
    lock.announce()
    self.path = path
  }

  /// Writes `bytes` as `file`: aside first, then renamed into place, so that a reader never sees half of it.
  public func write(_ bytes: [UInt8], as file: File) throws(RunError) {
    try FileOperations.replace(path(of: file), with: bytes)
  }

  /// Writes `text` as `file`, in UTF-8: aside first, then renamed into place.
  public func write(_ text: String, as file: File) throws(RunError) { try write(Array(text.utf8), as: file) }

  /// Writes these texts, one after the other, as `file`: aside first, then renamed into place.
  public func write(_ pieces: some Sequence<String>, as file: File) throws(RunError) {
    try FileOperations.replace(path(of: file), with: pieces.lazy.map { Array($0.utf8) })
  }

  /// The text of `file`; nil where it isn't there.
  public func text(of file: File) -> String? {
    (try? FileOperations.read(path(of: file))).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The path of `file`.
  public func path(of file: File) -> FilePath { path.appending(file.rawValue) }

  /// Leaves the first `length` bytes of the metrics, whole lines, and waits for the disk; no file stands for none.
  public func truncateMetrics(to length: Int) throws(RunError) {
    let path = path(of: .metrics)
    guard FileOperations.exists(path) else { return }
    try FileOperations.truncate(path, to: length)
  }

  /// Copies the first `length` bytes of another run's metrics, whole lines.
  public func copyMetrics(from source: FilePath, length: Int) throws(RunError) {
    guard length > 0 else { return }
    do {
      let source = try ByteSource(opening: source)
      let file = try StreamedFile(
        path(of: .metrics), aside: ".metrics.jsonl.part", header: [], isSealed: false)
      for start in stride(from: 0, to: length, by: 1 << 20) {
        try file.write(try source.read(start..<min(start + 1 << 20, length)))
      }
      try file.close(durable: true)
    } catch {
      throw error as? RunError
        ?? FileOperations.failure("can't copy the metrics", source, error as? Errno ?? .ioError)
    }
  }

  /// Appends `text`, whole lines, to the metrics in one write.
  public func appendMetrics(_ text: String) throws(RunError) {
    try FileOperations.append(Array(text.utf8), to: path(of: .metrics))
  }
}
