internal import Configuration
public import Files
public import Fitting
public import Reports
private import Synchronization
internal import SystemPackage
internal import Teams

/// Writes a run's metrics, events and checkpoints on a thread of its own, in their order: whatever a checkpoint says is
/// on the disk before it is.
///
/// Training never waits for the disk, however slow that is: when more checkpoints wait than may, the oldest gives way,
/// unless it is the best so far.
public final class RunWriter: Sendable {
  private struct Work {
    var metrics = MetricsBatch()
    /// In the order of their steps.
    var checkpoints: [CheckpointContents] = []
    var isRunning = false
    var error: RunError?

    var isEmpty: Bool { metrics.isEmpty && checkpoints.isEmpty }
  }

  private let directory: RunDirectory
  private let store: CheckpointStore
  private let waiting: Int
  private let work = Mutex(Work())
  private let events: Mutex<EventFile>

  /// Writes into `directory`, and makes the file of its events.
  ///
  /// - waiting: how many checkpoints may wait, besides the best; session: the run's; firstStep: the step that it starts
  ///   behind, 0 for a fresh one.
  public init(
    _ directory: RunDirectory, _ store: CheckpointStore, waiting: Int, _ session: Session, firstStep: Int
  ) throws(RunError) {
    self.directory = directory
    self.store = store
    self.waiting = waiting
    events = Mutex(
      try EventFile(
        in: directory, firstStep: firstStep, stepsPerEpoch: session.stepsPerEpoch,
        configuration: session.configuration.entries))
  }

  /// Takes what the run has told, and a checkpoint whose metrics are among that so far. Returns at once.
  ///
  /// - Throws: what went wrong with earlier ones; `TeamError` when the system gives no thread.
  public func submit(metrics: MetricsBatch, checkpoint: CheckpointContents? = nil) throws {
    let starts = try work.withLock { work in
      if let error = work.error { throw error }
      work.metrics.append(metrics)
      if let checkpoint {
        // Of the same step there may be one that has lacked its validation.
        work.checkpoints.removeAll { $0.step == checkpoint.step }
        work.checkpoints.append(checkpoint)
        let spared = work.checkpoints.suffix(waiting).map(\.step) + [checkpoint.bestStep]
        work.checkpoints.removeAll { !spared.contains($0.step) }
      }
      guard !work.isRunning && !work.isEmpty else { return false }
      work.isRunning = true
      return true
    }
    guard starts else { return }
    do {
      try startThread { [self] in run() }
    } catch {
      // Without a thread of its own it is slower, and nothing is lost.
      run()
    }
  }

  /// Returns when everything is on the disk.
  ///
  /// - Throws: what went wrong.
  public func finish() throws {
    while try work.withLock({ work in
      if let error = work.error { throw error }
      return work.isRunning
    }) { pause(microseconds: 200) }
  }

  private func run() {
    while true {
      let next = work.withLock { work -> Work? in
        if work.isEmpty {
          work.isRunning = false
          return nil
        }
        defer { (work.metrics, work.checkpoints) = (MetricsBatch(), []) }
        return work
      }
      guard let next else { return }
      do throws(RunError) {
        try write(next)
      } catch {
        work.withLock { work in
          work.error = error
          work.isRunning = false
        }
        return
      }
    }
  }

  private func write(_ work: Work) throws(RunError) {
    try directory.appendMetrics(work.metrics.lines)
    try events.withLock { (events) throws(RunError) in try events.append(work.metrics) }
    guard !work.checkpoints.isEmpty else { return }
    try synchroniseMetrics()
    for checkpoint in work.checkpoints {
      try store.write(step: checkpoint.step, best: checkpoint.bestStep) { open throws(RunError) in
        try checkpoint.write(open)
      }
    }
  }

  private func synchroniseMetrics() throws(RunError) {
    let path = directory.path(of: .metrics)
    if FileOperations.exists(path) { try FileOperations.synchronise(path) }
  }

  /// Writes what has been submitted so far, then a checkpoint, on the calling thread; returns when all of it is on the
  /// disk.
  ///
  /// - write: as in `CheckpointStore.write`.
  fileprivate func keep(
    step: Int, best: Int,
    _ write: (_ open: (_ header: [UInt8]) throws(RunError) -> StreamedFile) throws(RunError) -> StreamedFile?
  ) throws {
    try finish()
    try synchroniseMetrics()
    try store.write(step: step, best: best, write)
  }
}

extension Session {
  /// Has a checkpoint of this moment written, together with what the run has told so far: of a small state a copy,
  /// while training goes on, of a large one piece by piece, while it waits. Collective.
  ///
  /// - learningRate: the maximum of the run's schedule; metricsLength: bytes of its metrics, `metrics` included.
  /// - writer: on worker 0.
  public func keep(
    _ fit: FitState, learningRate: Double, metrics: MetricsBatch, metricsLength: Int, with writer: RunWriter?
  ) throws {
    guard streamsCheckpoints else {
      let checkpoint = checkpoint(fit, learningRate: learningRate, metricsLength: metricsLength)
      try writer?.submit(metrics: metrics, checkpoint: checkpoint)
      return
    }
    func write(
      _ open: (_ header: [UInt8]) throws(RunError) -> StreamedFile
    ) throws(RunError) -> StreamedFile? {
      try writeCheckpoint(fit, learningRate: learningRate, metricsLength: metricsLength, open)
    }
    if let writer {
      try writer.submit(metrics: metrics)
      try writer.keep(step: fit.step, best: fit.bestStep, write)
    } else {
      _ = try write { _ in preconditionFailure("worker 0 has the writer") }
    }
  }
}
