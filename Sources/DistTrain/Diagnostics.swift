import MPI
import Teams
import Training

/// Tells an error once per job, on one line, and gives the exit code that goes with it.
enum Diagnostics {
  /// Which processes of a job may have come to the error.
  enum Scope {
    /// All, or once MPI is up this one alone. The first process tells; any other does after a second, in which the first has ended
    /// the job if it has come to the same error, and never where all must have.
    case job
    /// Maybe those of one node only, whose machine is at fault. The first of the node tells.
    case node
  }

  /// Writes the error's line if it is this process's turn.
  static func report(_ error: any Error, scope: Scope) -> ExitStatus {
    let launcher = Launcher.current
    let isFirst = (launcher?.rank ?? 0) == 0
    let speaks =
      switch scope {
      case .job: isFirst || Job.isStarted
      case .node: (launcher?.rankOnNode ?? 0) == 0
      }
    // A launcher ends the whole job when its first process fails, so the others leave it time to be heard.
    if !isFirst { pause(seconds: 1) }
    if speaks { writeErrorLine(error) }
    return ExitStatus(of: error)
  }
}
