import ArgumentParser
internal import MPI
import Training

/// A command for which one process is enough. In a job of several, each process still learns that all have the same
/// command: one that waits for others, where these do something else, would wait for ever.
protocol SoloCommand: ParsableCommand {
  /// What is given of the command's options.
  var options: OptionValues { get }
  /// The command line's arguments that have no name.
  var arguments: [String] { get }

  /// Does the command's work, on the job's first process.
  func work(_ command: CommandJob) throws
}

extension SoloCommand {
  var arguments: [String] { [] }

  /// Compares the command with those of the job's other processes, and does its work. Collective.
  ///
  /// - Throws: a usage error where they differ, or an option is out of its bounds; what the work throws.
  func run() throws {
    let command = try CommandJob(
      Self.configuration.commandName ?? "", options, arguments: arguments, sizesAreKnown: false)
    if Launcher.current != nil { try Job.run(agreeingOn: command.facts) { _ in } }
    if Job.isFirst { try work(command) }
  }
}

extension CommandJob {
  /// Throws a usage error where another process of the job has not asked for the same: `request`, "--help", which needs
  /// no work. Collective; without MPI each process answers for itself.
  static func agree(onRequest request: String) throws {
    #if MPI
      if Launcher.current != nil { try Job.run(agreeingOn: programFacts(request)) { _ in } }
    #endif
  }
}
