import ArgumentParser
import Training

/// Options of a sweep's file as `dist-train train` takes them: the same names, values, bounds and messages.
struct SweepSettings {
  /// One value that the file gives an option.
  struct Choice {
    /// The option's name as it is declared.
    let name: String
    /// What `train` makes of it.
    let options: OptionValues
    let place: String
    /// The value as it is resolved, to tell values apart.
    let text: String
  }

  /// What says how a job is carried out, not what a run is.
  private static let ofTheJob: Set<String> = [
    "config", "resume", "new-schedule", "out", "threads", "ranks-per-node", "batch-size-per-worker", "max-seconds",
    "stall-seconds", "trace", "no-plot", "quiet", "log-level",
  ]

  private let command: CommandDescription
  private let declared: [any DeclaredOption]

  init() {
    guard let command = CommandDescription.root.subcommand(named: "train"), let train = try? TrainCommand.parse([])
    else { preconditionFailure("there is a command that trains") }
    self.command = command
    declared = train.options.declared
  }

  /// Nothing but defaults.
  var none: OptionValues { OptionValues(declared) }

  /// The declaration of an option that a value has.
  func option(_ name: String) -> any DeclaredOption {
    guard let option = declared.first(where: { $0.name == name }) else { preconditionFailure("no option \(name)") }
    return option
  }

  /// What a setting says.
  ///
  /// - Throws: a usage error with its place, for a name that `train` doesn't have, one that isn't a run's, and for a
  ///   value that isn't one of the option's or out of its bounds.
  func value(_ setting: OptionSetting) throws(RunError) -> Choice {
    func usage(_ problem: String, _ remedy: String) -> RunError {
      RunError(problem, at: setting.place, remedy: remedy, status: .usage)
    }
    guard !Self.ofTheJob.contains(setting.name) else {
      throw usage("'\(setting.name)' is no option of a sweep's runs", "leave it out")
    }
    guard let argument = try ConfiguredArguments.argument(setting, command, isFile: true) else {
      throw usage("'\(setting.name)' is no option of train", "see `dist-train train --help`")
    }
    try ConfiguredArguments.checkValue(setting)
    let words = try ConfiguredArguments.words(setting, argument, command)
    let train: TrainCommand
    do {
      train = try TrainCommand.parse(words)
    } catch {
      let error = RootCommand.usageError(TrainCommand.message(for: error), help: "dist-train train --help")
      throw Self.placing(error, setting.place)
    }
    do throws(RunError) { try train.options.check() } catch { throw Self.placing(error, setting.place) }
    let names = argument.names.flatMap { [$0, $0.hasPrefix("no-") ? String($0.dropFirst(3)) : $0] }
    guard let name = declared.map(\.name).first(where: { names.contains($0) }) else {
      preconditionFailure("an option that isn't declared: \(argument.names)")
    }
    let option = option(name)
    var configuration = RunConfiguration()
    option.take(train.options, into: &configuration)
    return Choice(
      name: name, options: train.options, place: setting.place, text: option.text(configuration, train.options))
  }

  /// What the environment says of a run's options; those of the job, and of other commands, are not among them.
  ///
  /// - Throws: as `value`.
  func values(_ environment: [OptionSetting]) throws(RunError) -> [Choice] {
    let ofTheSweep = Set(RunOption.sweep.options.map(\.name))
    var values: [Choice] = []
    for setting in environment where !Self.ofTheJob.contains(setting.name) && !ofTheSweep.contains(setting.name) {
      // A name that no command has is found by the command line's settings.
      guard ["no-", ""].contains(where: { command.argument(named: $0 + setting.name) != nil }) else { continue }
      values.append(try value(setting))
    }
    return values
  }

  /// An option's value in a run, for a reader; empty for one that its model doesn't have.
  func text(_ name: String, _ configuration: RunConfiguration, _ options: OptionValues) -> String {
    let option = option(name)
    guard option.isOffered(configuration) else { return "" }
    guard option.isComputed else { return option.text(configuration, options) }
    return switch option.json(configuration) {
    case .null: name == RunOption.schedule.learningRate.name ? "auto" : ""
    case .string(let text): text
    case .array(let values): values.map(\.text).joined(separator: ",")
    case let value: value.text
    }
  }

  /// An error with the place in the file where its option is.
  static func placing(_ error: RunError, _ place: String) -> RunError {
    RunError(error.problem, at: "\(error.place) (\(place))", remedy: error.remedy, status: error.status)
  }
}
