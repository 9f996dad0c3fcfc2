public import Files
public import Fitting
public import Jobs
public import Reports
public import SystemPackage

/// Where a run goes on from: a checkpoint, with the directory and the metrics that belong to it.
public struct Resumption: Sendable {
  /// The checkpoint.
  public let checkpoint: Checkpoint
  /// Its file.
  public let path: FilePath
  /// The run's directory; nil for a file that lies outside of one.
  public let directory: FilePath?

  private init(_ checkpoint: Checkpoint, _ path: FilePath) {
    self.checkpoint = checkpoint
    self.path = path
    directory = Self.runDirectory(of: path)
  }

  /// The newest checkpoint of a run directory that is whole, or that file; found by process 0 and sent to all.
  /// Collective.
  ///
  /// - passedOver: told of each newer one that can't be used, on process 0; the problem starts with what kind of
  ///   checkpoint it is.
  /// - Throws: `RunError`, on all processes alike, when there is none.
  public static func find(
    _ path: String, _ job: Job, passedOver: (RunError) -> Void
  ) throws -> Resumption {
    var found: Resumption?
    let message = try job.share { () throws(RunError) in
      let (file, checkpoint, header) = try find(FilePath(named: path), passedOver: passedOver)
      found = Resumption(checkpoint, file)
      let size = checkpoint.source?.count ?? 0
      return Array("\(size)".utf8) + [0] + Array(file.named.utf8) + [0] + header
    }
    // The process that has read it keeps the file open: its tensors are read when they are needed.
    if let found { return found }
    let parts = message.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
    let size = Int(String(decoding: parts[0], as: UTF8.self)) ?? 0
    return Resumption(
      try Checkpoint(header: Array(parts[2]), fileSize: size),
      FilePath(named: String(decoding: parts[1], as: UTF8.self)))
  }

  /// The file, its checkpoint, and all that stands before its tensors.
  static func find(
    _ path: FilePath, passedOver: (RunError) -> Void
  ) throws(RunError) -> (file: FilePath, checkpoint: Checkpoint, header: [UInt8]) {
    let candidates = try candidates(path)
    for candidate in candidates {
      do throws(RunError) {
        let (checkpoint, header) = try readUsable(candidate)
        return (candidate, checkpoint, header)
      } catch {
        if candidates == [path] { throw error }
        passedOver(error)
      }
    }
    throw RunError(
      candidates.isEmpty ? "no checkpoint to go on from" : "no intact checkpoint to go on from", at: path.string,
      remedy: "start anew with another --out", status: .badData)
  }

  /// The files that `path` stands for, the newest first.
  static func candidates(_ path: FilePath) throws(RunError) -> [FilePath] {
    let type: FileType
    do { type = try path.stat().type } catch {
      throw RunError(
        "can't read the checkpoint (\(error.description.lowercased()))", at: path.string,
        remedy: "give a run directory or a checkpoint", status: .inputOutput)
    }
    if type == .regular { return [path] }
    guard type == .directory else { throw InputFile.irregular(type, path.named, "checkpoint") }
    let inner = path.appending(RunDirectory.File.checkpoints.rawValue)
    return CheckpointStore.list(FileOperations.exists(inner) ? inner : path).map(\.path)
  }

  private static func readUsable(_ file: FilePath) throws(RunError) -> (Checkpoint, header: [UInt8]) {
    do {
      let (checkpoint, header) = try Checkpoint.read(ByteSource(opening: file))
      if let run = runDirectory(of: file) { try forEachMetric(of: checkpoint, in: run) { _ in } }
      return (checkpoint, header)
    } catch let error as Errno {
      throw RunError(
        "checkpoint that can't be read (\(error.description.lowercased()))", at: file.string,
        remedy: "take an earlier one", status: .inputOutput)
    } catch {
      if let error = error as? RunError { throw error }
      throw RunError("damaged checkpoint (\(error))", at: file.string, remedy: "take an earlier one", status: .badData)
    }
  }

  static func runDirectory(of file: FilePath) -> FilePath? {
    let parent = file.removingLastComponent()
    guard parent.lastComponent?.string == RunDirectory.File.checkpoints.rawValue else { return nil }
    let run = parent.removingLastComponent()
    return run.isEmpty ? "." : run
  }

  // MARK: Metrics

  /// The file of the run's metrics, and how many of its bytes the checkpoint knows of; nil outside of a run directory.
  public var metrics: (path: FilePath, length: Int)? {
    directory.map { ($0.appending(RunDirectory.File.metrics.rawValue), checkpoint.metricsLength) }
  }

  /// Calls `body` with what the run has recorded up to the checkpoint, record by record; nothing outside of a run
  /// directory.
  public func forEachMetric(_ body: (MetricsRecord) -> Void) throws(RunError) {
    if let directory { try Self.forEachMetric(of: checkpoint, in: directory, body) }
  }

  /// The lines of the metrics up to the checkpoint, all of them in memory; none outside of a run directory.
  func metricsLines() throws(RunError) -> [UInt8] {
    guard let metrics, metrics.length > 0 else { return [] }
    do {
      let source = try ByteSource(opening: metrics.path)
      return try source.read(0..<min(metrics.length, source.count))
    } catch {
      throw RunError(
        "can't read the metrics (\(error.description.lowercased()))", at: metrics.path.string,
        remedy: "check its permissions", status: .inputOutput)
    }
  }

  static func forEachMetric(
    of checkpoint: Checkpoint, in run: FilePath, _ body: (MetricsRecord) -> Void
  ) throws(RunError) {
    let path = run.appending(RunDirectory.File.metrics.rawValue)
    var lastStep = 0
    do {
      try RunMetrics.forEachLine(of: path, length: checkpoint.metricsLength) { line in
        guard let record = MetricsRecord(line: line) else { throw Errno.ioError }
        if case .step(let step) = record { lastStep = step.step }
        body(record)
      }
      guard lastStep == checkpoint.fit.step else { throw Errno.ioError }
    } catch {
      throw RunError(
        "checkpoint of step \(checkpoint.fit.step) that the metrics don't reach", at: path.string,
        remedy: "take an earlier checkpoint", status: .badData)
    }
  }
}
