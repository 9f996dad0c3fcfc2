import ArgumentParser
import Training

/// `dist-train`.
struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dist-train",
    abstract: "Train recurrent language models over MPI ranks and threads.",
    discussion: "Without a subcommand: dist-train train.",
    version: "0.1.0",
    subcommands: [TrainCommand.self, LearningRateFinderCommand.self, BenchmarkCommand.self],
    defaultSubcommand: TrainCommand.self)

  /// Runs the command that `arguments` (without the program's name) ask for. Help and version go to standard output,
  /// from rank 0 alone.
  ///
  /// - Throws: `RunError` for wrong usage, and whatever the command's work throws.
  static func run(_ arguments: [String], in job: JobEnvironment) throws {
    var command: any ParsableCommand
    do {
      command = try parseAsRoot(arguments)
    } catch {
      guard exitCode(for: error).isSuccess else { throw usageError(message(for: error)) }
      if job.rank == 0 { print(fullMessage(for: error)) }
      return
    }
    do {
      try command.run()
    } catch let request as CleanExit {
      // A command that only has subcommands asks for its help.
      if job.rank == 0 { print(fullMessage(for: request)) }
    }
  }

  /// The argument parser's message as a one-line error.
  static func usageError(_ message: String) -> RunError {
    var text = message.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }.joined(separator: " ")
    var remedy = "see `dist-train --help`"
    // The parser's own advice is better where it has some.
    for (advice, ours) in [(". Did you mean ", "did you mean "), (". Please provide one of ", "give one of ")] {
      let characters = Array(text)
      let wanted = Array(advice)
      guard characters.count >= wanted.count else { continue }
      if let start = (0...characters.count - wanted.count).first(where: {
        characters[$0..<$0 + wanted.count].elementsEqual(wanted)
      }) {
        remedy = ours + String(characters[(start + wanted.count)...])
        text = String(characters[..<start])
      }
    }
    while text.hasSuffix(".") { text.removeLast() }
    while remedy.hasSuffix(".") { remedy.removeLast() }
    let sentence = "\(text.prefix(1).lowercased())\(text.dropFirst())"
    return RunError("wrong usage", at: sentence, remedy: remedy, status: .usage)
  }
}

/// `dist-train bench`, the parent of the benchmarks.
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure speed.", subcommands: [StepBenchmarkCommand.self])
}
