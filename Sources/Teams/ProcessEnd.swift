private import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Tells whether the terminal's last line is one that is drawn over again, and may go when another line is written.
public func setPassingLine(_ isThere: Bool) { hasPassingLine.store(isThere, ordering: .relaxed) }

private let hasPassingLine = Atomic(false)

/// Writes `<program>: <error>` as one line of standard error, in one call, so that lines of several processes don't mix. On a terminal
/// it takes the place of a passing line.
public func writeErrorLine(_ error: any Error) {
  let program = CommandLine.arguments.first?.split(separator: "/").last ?? "team"
  let text = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
  let start = hasPassingLine.load(ordering: .relaxed) && isatty(2) == 1 ? "\r\u{1B}[K" : ""
  let bytes = Array("\(start)\(program): \(text)\n".utf8)
  // The C call only reads the bytes, during the call; nobody could be told that it failed.
  _ = unsafe write(2, bytes, bytes.count)
}

/// Ends the process at once.
public func exitProcess(_ code: Int32) -> Never { exit(code) }

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
