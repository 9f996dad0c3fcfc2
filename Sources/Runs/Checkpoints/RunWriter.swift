internal import Configuration
public import Files
public import Fitting
public import Reports
private import Synchronization
internal import SystemPackage
internal import Teams

/// Writes a run's metrics, events and checkpoints on a thread of its own, in their order: whatever a checkpoint says is on the disk before
/// it is.
///
/// Training never waits for the disk, however slow that is: when more checkpoints wait than may, the oldest gives way, unless it is
/// the best so far.
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
  /// - waiting: how many checkpoints may wait, besides the best; session: the run's; firstStep: the step that it starts behind, 0 for
  ///   a fresh one.
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
        let spared = work.checkpoints.suffix(waiting).map(\.step) + [checkpoint.fit.bestStep]
        work.checkpoints.removeAll { !spared.contains($0.step) }
      }
      guard !work.isRunning && !work.isEmpty else { return false }
      work.isRunning = true
      return true
    }
    if starts { try startThread { [self] in run() } }
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
    if !work.metrics.lines.isEmpty || FileOperations.exists(directory.path(of: .metrics)) {
      try FileOperations.synchronise(directory.path(of: .metrics))
    }
    for checkpoint in work.checkpoints {
      try store.write(checkpoint.bytes(), step: checkpoint.step, best: checkpoint.fit.bestStep)
    }
  }
}
