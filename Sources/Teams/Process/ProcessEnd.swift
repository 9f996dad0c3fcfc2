internal import Platform

/// Exit code of a job that may be run again.
let tryAgainStatus: Int32 = 75

/// Ends the process at once.
public func exitProcess(_ code: Int32) -> Never { exit(code) }

/// Ends the process at once when what it has printed is on its way, while MPI still runs: its libraries may have
/// threads that a regular exit, which takes them their code, would not survive.
public func flushAndEnd(_ code: Int32) -> Never {
  fflush(nil)
  endAtOnce(code)
}

/// Ends the process at once, without the work that libraries have left for the end; from any thread.
func endAtOnce(_ code: Int32) -> Never { _exit(code) }

/// This process's number in the system.
var processNumber: Int32 { getpid() }

/// Whether the system has no process of that number.
func isGone(process: Int32) -> Bool { kill(process, 0) != 0 && errno == ESRCH }

/// Returns after about so long.
public func pause(seconds: UInt32) { sleep(seconds) }

/// Returns after about so long.
public func pause(microseconds: UInt32) { usleep(microseconds) }
