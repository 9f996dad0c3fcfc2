internal import Memory
import MPI
import Training

internal import Platform

/// The program: checks the CPU, runs the command, turns an error into one line and the exit code.
public enum EntryPoint {
  /// Ends the process where something fails.
  public static func main() {
    // Before anything that takes time: a signal in the first milliseconds counts, too.
    StopRequest.listen()
    PassingLine.giveWayToErrors()
    StandardOutput.prepare()
    Processor.check()
    MemoryReserve.prepare()
    Job.prepareForShortage()
    do {
      try RootCommand.run(Array(arguments.dropFirst()), isFirst: (Launcher.current?.rank ?? 0) == 0)
      try StandardOutput.finish()
    } catch {
      Job.end(Job.report(error))
    }
  }

  /// The arguments in the form of `FileName.text`: names of files need not be UTF-8.
  private static var arguments: [String] {
    // The list and its texts last as long as the process.
    (0..<Int(CommandLine.argc)).compactMap { index in
      unsafe CommandLine.unsafeArgv[index].map { text in
        FileName.text(unsafe Array(UnsafeBufferPointer(start: text, count: strlen(text))).map { UInt8(bitPattern: $0) })
      }
    }
  }
}
