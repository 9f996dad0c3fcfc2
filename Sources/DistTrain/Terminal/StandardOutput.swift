internal import MPI
internal import Platform
internal import Synchronization
internal import Training

/// Standard output as a file that may be full, and whose reader may take nothing for a while.
enum StandardOutput {
  /// Output that its readers haven't taken, where workers may not wait for that.
  private static let queue = OutputQueue()

  /// The error number (`errno`) of the first failed flush; 0 for none.
  private static let failure = Atomic<Int32>(0)

  /// Makes writing beyond the limit on a file's size an error, instead of SIGXFSZ ending the process.
  static func prepare() { signal(SIGXFSZ, SIG_IGN) }

  /// From here on `write` and `writeError` return at once: other workers wait for the one that calls them, and must not
  /// wait for a terminal that is stopped, or for a pipe that nobody reads. An error that ends the job is written after
  /// what waits; under a launcher it waits a second at most.
  static func startWaitingApart() {
    queue.isInUse.store(true, ordering: .relaxed)
    Job.beforeReports { queue.wait(milliseconds: Launcher.current == nil ? nil : 1000) }
  }

  /// Whether all output has been taken.
  static var isTaken: Bool { queue.isEmpty }

  /// Writes a text without buffering it, to a file or a pipe too.
  static func write(_ text: String) {
    guard queue.isInUse.load(ordering: .relaxed) else {
      // A large text goes past the stream's buffer, and `fflush` knows nothing of what has failed then: the end, which
      // stays in the buffer, fails again.
      print(text.dropLast(), terminator: "")
      print(text.suffix(1), terminator: "")
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

  /// Waits until all output is taken, half a second at most: a launcher is about to end the process.
  static func settle() { queue.wait(milliseconds: 500) }

  /// Waits until all output is taken, however long that takes, and flushes what is buffered.
  ///
  /// - Throws: `RunError` where that has failed; see `Job.flushOutput`.
  static func finish() throws(RunError) {
    queue.wait(milliseconds: nil)
    try Job.flushOutput(earlier: queue.failure != 0 ? queue.failure : failure.load(ordering: .relaxed))
  }
}
