internal import MPI
internal import Platform
internal import Synchronization
internal import Teams
internal import Training

/// Standard output as a file that may be full, and whose reader may take nothing for a while.
enum StandardOutput {
  /// What waits for the readers, while nobody may wait for them.
  private static let queue = OutputQueue()

  /// The number of the first error of a flush; 0 for none.
  private static let failure = Atomic<Int32>(0)

  /// Makes a file that has reached the size allowed to it an error of writing, not the process's end by SIGXFSZ.
  static func prepare() { signal(SIGXFSZ, SIG_IGN) }

  /// From here on `write` and `writeError` return at once: other workers wait for the one that calls them, and must not
  /// wait for a terminal that is stopped, or for a pipe that nobody reads. An error that ends the job lets what waits
  /// go first, as far as that takes no more than a moment.
  static func startWaitingApart() {
    queue.isInUse.store(true, ordering: .relaxed)
    Job.beforeReports { queue.wait(milliseconds: Launcher.current == nil ? nil : 1000) }
  }

  /// Whether all has been taken that was written.
  static var isTaken: Bool { queue.isEmpty }

  /// Writes a text that is there as soon as it is taken, in a file or a pipe too.
  static func write(_ text: String) {
    guard queue.isInUse.load(ordering: .relaxed) else {
      print(text, terminator: "")
      // All streams, of which only standard output holds anything back.
      if fflush(nil) != 0 { _ = failure.compareExchange(expected: 0, desired: errno, ordering: .relaxed) }
      return
    }
    queue.append(text, to: 1)
  }

  /// Writes the line of an error that doesn't end the job.
  static func writeError(_ error: any Error) {
    guard queue.isInUse.load(ordering: .relaxed) else { return writeErrorLine(error) }
    queue.append(errorLine(error), to: 2)
  }

  /// Waits a moment at most until all is taken: where a launcher is about to end the process.
  static func settle() { queue.wait(milliseconds: 500) }

  /// Waits until all is taken that was written, for as long as that may be, and writes what is still held back.
  ///
  /// - Throws: `RunError` where that has failed; see `Job.flushOutput`.
  static func finish() throws(RunError) {
    queue.wait(milliseconds: nil)
    try Job.flushOutput(earlier: queue.failure != 0 ? queue.failure : failure.load(ordering: .relaxed))
  }
}
