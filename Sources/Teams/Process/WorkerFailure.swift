internal import Synchronization

/// What becomes of a process when one of its node's workers gives up.
final class WorkerFailure: Sendable {
  private let first = Mutex<(any Error)?>(nil)
  /// Number of workers that run on threads of their own.
  private let running = Atomic(0)
  private let report: @Sendable (any Error) -> Never

  /// - report: writes the error's line and ends the process, and with it the job.
  init(report: @escaping @Sendable (any Error) -> Never) { self.report = report }

  /// The first error of this process's workers.
  var error: (any Error)? { first.withLock { $0 } }

  /// Ends the job with `error`.
  func end(_ error: any Error) -> Never { report(error) }

  /// Keeps the error if it is the first.
  func note(_ error: any Error) { first.withLock { $0 = $0 ?? error } }

  /// A worker is about to start on a thread of its own.
  func workerStarts() { running.add(1, ordering: .relaxed) }

  /// A worker on a thread of its own has ended.
  func workerEnded() { running.subtract(1, ordering: .releasing) }

  /// Returns when all workers on threads of their own have ended.
  func waitForWorkers() {
    while running.load(ordering: .acquiring) > 0 { pause(microseconds: 50) }
  }

  /// Ends a worker that waits for one that has given up: it can't return from the middle of its work.
  ///
  /// A worker on a thread of its own counts as ended, and its thread sleeps for good. On the process's first thread it
  /// ends the job with this process's error. Where another process has the error, this one ends without a line on the
  /// launcher's signal, or else, after three seconds, ends the job with `TeamError.lostWorker`.
  func leave(thread: Int) -> Never {
    if thread > 0 {
      workerEnded()
      while true { pause(seconds: 1000) }
    }
    if error == nil && LauncherSignal.comes(within: 3) { endAtOnce(tryAgainStatus) }
    end(error ?? TeamError.lostWorker)
  }
}
