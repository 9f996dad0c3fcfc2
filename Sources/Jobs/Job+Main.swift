public import Files
private import MPI
internal import Platform
internal import Synchronization
internal import Teams

extension Job {
  /// A whole program's work as a job: an error becomes one line on standard error and the exit code.
  ///
  ///     Job.main { job in
  ///       let learn = try Learner(LanguageModelData(.humanNumbers, bptt: 3), .model3, job: job)
  ///       try learn.fitOneCycle(10, maxLearningRate: 1e-3)
  ///     }
  ///
  /// - threads: workers of each process; nil for the cores that it may use, divided among the ranks of its node.
  /// - stallSeconds: after how long a wait for a worker the job is ended with one line and code 75; nil for never. The
  ///   others also wait while one process does something alone between two calls of a learner.
  public static func main(threads: Int? = nil, stallSeconds: Double? = 600, _ body: (Job) throws -> Void) {
    do {
      try run(threads: threads, stallSeconds: stallSeconds, goingOn: "run it again") { job in
        job.pauseWatch()
        try body(job)
      }
      try flushOutput()
    } catch {
      end(report(error))
    }
  }

  /// Flushes the process's output streams: after a program's last output, which may otherwise be lost without an error
  /// where a disk is full.
  ///
  /// - earlier: the error number (`errno`) of an earlier write to standard output that failed; 0 for none.
  /// - Throws: `RunError` where a write has failed. Where nobody reads any more (EPIPE) the process ends without a
  ///   line, as SIGPIPE's default action would have ended it.
  public static func flushOutput(earlier: Int32 = 0) throws(RunError) {
    // An earlier error goes first: what that write left in the buffer may fail again here.
    let number = fflush(nil) != 0 && earlier == 0 ? errno : earlier
    guard number != 0 else { return }
    if number == EPIPE { exitProcess(ExitStatus.inputOutput.rawValue) }
    // The text is copied before the next call.
    let reason = unsafe String(cString: strerror(number))
    throw RunError(
      "output is lost (\(reason.lowercased()))", at: "standard output",
      remedy: "free some space, or write to another file", status: .inputOutput)
  }

  /// Whether this is the job's first process, the one that reports: true for a process on its own; known before MPI is
  /// up.
  public static var isFirst: Bool { (Launcher.current?.rank ?? 0) == 0 }

  /// Writes the error's line if it is this process's turn, and gives the exit code that goes with it: what a program
  /// does before `end`.
  ///
  /// Before MPI is up, most errors are those of all processes. The job's first one reports them, and its end makes the
  /// launcher end the others, or these see that it has ended (`LowerRanks`). A process for which neither comes within
  /// five seconds has an error of its own, from a file or a variable of its node, and reports it with its rank and
  /// host. Ranks do that a quarter of a second apart, so that only the first of a node gets to it.
  ///
  /// Once MPI is up, an error may be any process's alone: the first of a node that comes to one reports it, on nodes
  /// other than the first unless the launcher's signal comes within a second. The others wait a second for the launcher
  /// to end them.
  public static func report(_ error: any Error) -> ExitStatus {
    let error = RunError(lacking: error) ?? error
    let before = beforeReport.withLock { $0 }
    before?()
    let errorReporter = errorReporter.withLock { $0 }
    guard isStarted, let errorReporter else {
      guard !isFirst else {
        writeErrorLine(error)
        return ExitStatus(of: error)
      }
      if isStarted {
        // A launcher ends the whole job when its first process fails; MPI's own errors may be one process's.
        if !LauncherSignal.comes(within: 1), !(error is RunError) { writeErrorLine(error) }
        return ExitStatus(of: error)
      }
      let rank = Launcher.current?.rank ?? 0
      let wait = 5000 + 250 * min(rank - 1, 12)
      if !LauncherSignal.comes(withinMilliseconds: wait, or: { LowerRanks.someHaveEnded }) {
        writeErrorLine((error as? RunError).map { locating($0) } ?? error)
      }
      return ExitStatus(of: error)
    }
    let isReported = !errorReporter.isOnFirstNode && LauncherSignal.comes(within: 1)
    if isReported || !errorReporter.report(error) { pause(seconds: 1) }
    return ExitStatus(of: error)
  }

  /// An error that this process alone may have, with its rank and host; the first one's says nothing of them.
  package static func locating(_ error: RunError) -> RunError {
    guard let rank = Launcher.current?.rank, rank > 0 else { return error }
    return RunError(
      error.problem, at: "\(error.place), on rank \(rank) (\(hostName))", remedy: error.remedy, status: error.status)
  }

  /// Has `body` called before an error's line is written: for output before it that is still on its way.
  public static func beforeReports(_ body: @escaping @Sendable () -> Void) { beforeReport.withLock { $0 = body } }

  private static let beforeReport = Mutex<(@Sendable () -> Void)?>(nil)

  /// The reporter of this process's latest team.
  static let errorReporter = Mutex<ErrorReporter?>(nil)
}
