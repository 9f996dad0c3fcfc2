import ArgumentParser
import Training

/// `dist-train`.
struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dist-train",
    abstract: "Train recurrent language models over MPI ranks and threads.",
    discussion: """
      Without a subcommand it trains: LR finder, then Model3 on the human numbers. For a given configuration the results have \
      the same bits on any number of ranks and threads.

      Options come from the command line, from a file (--config) and from the environment (DIST_TRAIN_BATCH_SIZE=32), the \
      first of these before the others.

      Example: mpirun -np 4 dist-train --epochs 5 --out runs/first
      Example: dist-train evaluate --weights runs/first/model.safetensors
      Example: dist-train train --config runs/first/config.json
      """,
    version: programVersion,
    subcommands: [
      TrainCommand.self, LearningRateFinderCommand.self, EvaluateCommand.self, GenerateCommand.self,
      TokenizeCommand.self, DataCommand.self, VerifyCommand.self, SweepCommand.self, BenchmarkCommand.self,
      ManualCommand.self,
    ],
    defaultSubcommand: TrainCommand.self)

  /// Runs the command that `arguments` (without the program's name) ask for. Help and version go to standard output,
  /// from the job's first process alone.
  ///
  /// - Throws: `RunError` for wrong usage, and whatever the command's work throws.
  static func run(_ arguments: [String], isFirst: Bool) throws {
    let configured = try ConfiguredArguments(arguments, environment: EnvironmentSettings.settings())
    if let name = AskedCommand.letters(behindDash: configured.arguments) { throw dashError(name) }
    var command: any ParsableCommand
    do {
      command = try parseAsRoot(configured.arguments)
    } catch {
      guard exitCode(for: error).isSuccess else {
        let asked = AskedCommand(configured.arguments)
        if let name = InputFile.named(withDash: configured.arguments.dropFirst(asked.depth)) {
          throw dashError(name)
        }
        if let name = asked.unknown { throw asked.error(unknown: name) }
        throw configured.placing(usageError(message(for: error), help: "\(asked.words) --help"))
      }
      try configured.show(fullMessage(for: error), isFirst: isFirst)
      return
    }
    // Only training has something to keep.
    if !(command is TrainCommand || command is SweepCommand) { StopRequest.leave() }
    do {
      try command.run()
    } catch let error as RunError {
      throw configured.placing(error)
    } catch {
      // Help is asked for by option, by a command that only has subcommands, or as a command of its own.
      guard exitCode(for: error).isSuccess else { throw error }
      try configured.show(fullMessage(for: error), isFirst: isFirst)
    }
  }

  /// The usage error about an argument that may be a file's name.
  private static func dashError(_ name: String) -> RunError {
    RunError(
      "a name that begins with a dash is read as an option", at: name, remedy: "give a file of that name as ./\(name)",
      status: .usage)
  }

  /// The argument parser's message as a one-line error; `help` is the command that shows more.
  static func usageError(_ message: String, help: String) -> RunError {
    var text = message.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }.joined(separator: " ")
    var remedy = "see `\(help)`"
    // The parser's own advice is better where it has some.
    for (advice, ours) in [(". Did you mean ", "did you mean "), (". Please provide one of ", "give one of ")] {
      guard let range = text.firstRange(of: advice) else { continue }
      remedy = ours + text[range.upperBound...]
      text = String(text[..<range.lowerBound])
    }
    // A number of 64 bits: what isn't one is as often out of its bounds as no number.
    if text.contains("is invalid for '--\(RunOption.data.seed.name) ") {
      remedy = "give a whole number from 0 to \(UInt64.max)"
    }
    if text.contains("is invalid for '--\(RunOption.monitoring.metrics.name) ") {
      remedy = "give some of \(MetricName.forms), with commas between them"
    }
    while text.hasSuffix(".") { text.removeLast() }
    while remedy.hasSuffix(".") { remedy.removeLast() }
    let sentence = "\(text.prefix(1).lowercased())\(text.dropFirst())"
    return RunError("wrong usage", at: sentence, remedy: remedy, status: .usage)
  }
}

extension ConfiguredArguments {
  /// Prints what was asked for in place of work, from the job's first process, after all have been found to ask for the
  /// same: one that works would wait for the others.
  fileprivate func show(_ text: String, isFirst: Bool) throws {
    try CommandJob.agree(onRequest: request)
    if isFirst { print(text) }
  }
}

/// `dist-train bench`, the parent of the benchmarks.
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure speed.",
    subcommands: [
      StepBenchmarkCommand.self, ScalingBenchmarkCommand.self, ReductionBenchmarkCommand.self,
      KernelBenchmarkCommand.self, PageBenchmarkCommand.self,
    ])
}
