private import Synchronization

internal import Platform

/// Has `writeErrorLine` write the result of `text` before each line, in the same call; by default nothing. A program
/// that draws on a terminal clears its own line this way. `text` is called on the thread that has the error.
public func setErrorLineStart(_ text: @escaping @Sendable () -> String) { errorLineStart.withLock { $0 = text } }

private let errorLineStart = Mutex<@Sendable () -> String>({ "" })

/// Writes `<program>: <error>` as one line of standard error, in one call, so that lines of several processes don't
/// mix, after what `setErrorLineStart` has it start with. Under a launcher it returns when the launcher has taken the
/// line, or after a second.
///
/// MPICH's launcher forwards nothing that it hasn't read when a rank aborts, so the line must be on its way before.
/// Open MPI's forwards all that ranks have written, though not during the second that it gives them when one is lost:
/// it isn't waited for.
public func writeErrorLine(_ error: any Error) {
  let bytes = Array(errorLine(error).utf8)
  // There is nowhere to report that it failed.
  _ = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
  guard let launcher = Launcher.current, !launcher.isOpenMPI else { return }
  var waits = 0
  while waits < 1000 && unreadBytes(ofPipe: 2) > 0 {
    usleep(1000)
    waits += 1
  }
}

/// `<program>: <error>` and a line's end, as `writeErrorLine` writes it.
public func errorLine(_ error: any Error) -> String {
  let program = CommandLine.arguments.first?.split(separator: "/").last ?? "mpi"
  // Control characters in it must not reach a terminal.
  let line = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ").unicodeScalars
  let text = String(String.UnicodeScalarView(line.map { $0.properties.generalCategory == .control ? " " : $0 }))
  let start = errorLineStart.withLock { $0 }()
  return "\(start)\(program): \(text)\n"
}

/// Bytes in a pipe that its reader hasn't taken yet (`FIONREAD`); 0 for a file of another kind.
private func unreadBytes(ofPipe file: Int32) -> Int32 {
  var status = stat()
  guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return 0 }
  var count: Int32 = 0
  return ioctl(file, UInt(FIONREAD), &count) == 0 ? count : 0
}
