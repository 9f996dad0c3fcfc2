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
  public static func main(threads: Int? = nil, _ body: (Job) throws -> Void) {
    do {
      try run(threads: threads, body)
      try flushOutput()
    } catch {
      end(report(error))
    }
  }

  /// Writes what the process's streams still hold back: after a program's last output, which else may be lost without
  /// a word where a disk is full.
  ///
  /// - earlier: the number of an error that an earlier write to standard output has had; 0 for none.
  /// - Throws: `RunError` where that has failed. Where nobody reads any more (EPIPE) the process ends without a
  ///   line: with SIGPIPE at its default it has ended so before.
  public static func flushOutput(earlier: Int32 = 0) throws(RunError) {
    // What an earlier flush couldn't write may be held back still.
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
  /// Before MPI is up, most errors are those of all processes, and the job's first reports them: its end makes the
  /// launcher end the others. Another process that nobody ends by then is alone with its error, by a file or a variable
  /// of its node, and reports it with its rank and host; each a quarter of a second after the one before it, so that
  /// one line comes of a node. Afterwards an error may be any process's alone: whoever comes to an error first on its node
  /// reports it, other nodes' a second later than the first's. The others leave the launcher that long to end them.
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
      if !LauncherSignal.comes(withinMilliseconds: wait) {
        writeErrorLine((error as? RunError).map { locating($0) } ?? error)
      }
      return ExitStatus(of: error)
    }
    let isTold = !errorReporter.isOnFirstNode && LauncherSignal.comes(within: 1)
    if isTold || !errorReporter.report(error) { pause(seconds: 1) }
    return ExitStatus(of: error)
  }

  /// An error that this process alone may have, with its rank and host; the first one's says nothing of them.
  package static func locating(_ error: RunError) -> RunError {
    guard let rank = Launcher.current?.rank, rank > 0 else { return error }
    return RunError(
      error.problem, at: "\(error.place), on rank \(rank) (\(hostName))", remedy: error.remedy, status: error.status)
  }

  /// Has `body` called before an error's line is written: for what has been told before it and is still on its way.
  public static func beforeReports(_ body: @escaping @Sendable () -> Void) { beforeReport.withLock { $0 = body } }

  private static let beforeReport = Mutex<(@Sendable () -> Void)?>(nil)

  /// Which one reports among the processes of this one's latest team.
  static let errorReporter = Mutex<ErrorReporter?>(nil)
}
