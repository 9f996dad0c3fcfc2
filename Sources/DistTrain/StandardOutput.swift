internal import Platform
internal import Teams
internal import Training

/// Standard output as a file that may be full.
enum StandardOutput {
  /// Makes a file that has reached the size allowed to it an error of writing, not the process's end by SIGXFSZ.
  static func prepare() { signal(SIGXFSZ, SIG_IGN) }

  /// Writes what is still held back.
  ///
  /// - Throws: `RunError` where that has failed. Where nobody reads any more (EPIPE) the process ends without a
  ///   line: with SIGPIPE at its default it has ended so before.
  static func finish() throws(RunError) {
    // What an earlier flush couldn't write is held back still.
    guard fflush(nil) != 0 else { return }
    let number = errno
    if number == EPIPE { exitProcess(ExitStatus.inputOutput.rawValue) }
    // The text is copied before the next call.
    let reason = unsafe String(cString: strerror(number))
    throw RunError(
      "output is lost (\(reason.lowercased()))", at: "standard output",
      remedy: "free some space, or write to another file",
      status: .inputOutput)
  }
}
