internal import Platform

/// Exit code of a job that may be run again.
let tryAgainStatus: Int32 = 75

/// Ends the process, after the work that libraries have left for its end (`exit`).
public func exitProcess(_ code: Int32) -> Never { exit(code) }

/// Flushes what is printed and ends the process without `exit`, for a process in which MPI still runs: `exit` would
/// unload code that threads of MPI's libraries may be executing.
public func flushAndEnd(_ code: Int32) -> Never {
  fflush(nil)
  endAtOnce(code)
}

/// Ends the process at once, without the work that libraries have left for its end (`_exit`); from any thread.
func endAtOnce(_ code: Int32) -> Never { _exit(code) }

/// This process's number in the system.
var processNumber: Int32 { getpid() }

/// Whether the system has no process of that number.
func isGone(process: Int32) -> Bool { kill(process, 0) != 0 && errno == ESRCH }

/// Sleeps for about that long.
public func pause(seconds: UInt32) { sleep(seconds) }

/// Sleeps for about that long.
public func pause(microseconds: UInt32) { usleep(microseconds) }
