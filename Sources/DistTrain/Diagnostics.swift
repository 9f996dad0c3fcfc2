import MPI
import Teams
import Training

/// Tells an error once per job, on one line, and gives the exit code that goes with it.
enum Diagnostics {
  /// Writes the error's line if it is this process's turn.
  ///
  /// Before MPI is up all processes come to the same error, and the job's first tells it. Afterwards it may be this one's alone:
  /// the first tells at once; any other does after a second, in which the first has ended the job if it has come to the same.
  static func report(_ error: any Error) -> ExitStatus {
    let isFirst = (Launcher.current?.rank ?? 0) == 0
    // A launcher ends the whole job when its first process fails, so the others leave it time to be heard.
    if !isFirst { pause(seconds: 1) }
    if isFirst || Job.isStarted { writeErrorLine(error) }
    return ExitStatus(of: error)
  }
}
