import Training

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The one line of an error, printed once per job, and the exit code that goes with it.
enum Diagnostics {
  /// Which processes of a job have come to the same error.
  enum Scope {
    /// All: each reads the same command line. Rank 0 tells.
    case job
    /// Maybe those of one node only, whose machine is at fault. The first rank of the node tells.
    case node
    /// This one alone speaks for the job: the others have been told, or there are none.
    case process
  }

  /// `dist-train: <error>` on one line.
  static func line(for error: any Error) -> String {
    let description = (error as? RunError)?.description ?? "\(error)"
    return "dist-train: " + description.split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  /// The exit code for `error`: its own, or that of a failure while running.
  static func status(for error: any Error) -> ExitStatus { (error as? RunError)?.status ?? .failure }

  /// Prints the error's line to standard error if it is this process's turn, and gives the exit code.
  ///
  /// A launcher ends the whole job when its first process fails, so the others first leave it time to be heard.
  static func report(_ error: any Error, scope: Scope, in job: JobEnvironment) -> ExitStatus {
    let speaks =
      switch scope {
      case .job: job.rank == 0
      case .node: job.rankOnNode == 0
      case .process: true
      }
    if scope != .process, job.rank != 0 { usleep(1_000_000) }
    if speaks { writeToStandardError(line(for: error) + "\n") }
    return status(for: error)
  }

  /// Writes in one call, so that lines of several processes don't mix.
  static func writeToStandardError(_ text: String) {
    let bytes = Array(text.utf8)
    // The C call only reads the bytes, during the call; nobody could be told that it failed.
    _ = unsafe write(2, bytes, bytes.count)
  }
}
