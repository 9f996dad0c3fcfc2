import MPI
import Training

/// The program: checks the CPU, runs the command, turns an error into one line and the exit code.
public enum EntryPoint {
  /// Ends the process where something fails.
  public static func main() {
    Processor.check()
    do {
      try RootCommand.run(Array(CommandLine.arguments.dropFirst()), isFirst: (Launcher.current?.rank ?? 0) == 0)
    } catch {
      Job.end(Job.report(error))
    }
  }
}
