import Training

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The program: checks the CPU, runs the command, turns an error into one line and the exit code.
@main
enum EntryPoint {
  static func main() {
    let job = JobEnvironment.current
    exit(run(job).rawValue)
  }

  private static func run(_ job: JobEnvironment) -> ExitStatus {
    do {
      try Processor.check()
    } catch {
      return Diagnostics.report(error, scope: .node, in: job)
    }
    do {
      try RootCommand.run(Array(CommandLine.arguments.dropFirst()), in: job)
      return .success
    } catch {
      return Diagnostics.report(error, scope: .job, in: job)
    }
  }
}
