import ArgumentParser
internal import MPI
import Training

/// A command for which one process is enough. In a job of several, each process still learns that all have the same
/// command: one that waits for others, where these do something else, would wait for ever.
protocol SoloCommand: ParsableCommand {}

extension SoloCommand {
  /// Compares the command with those of the job's other processes. Collective.
  ///
  /// - Throws: a usage error where they differ.
  func agree() throws {
    guard (Launcher.current?.size ?? 1) > 1 else { return }
    try Job.run(agreeingOn: CommandJob.programFacts(Self.configuration.commandName ?? "")) { _ in }
  }
}
