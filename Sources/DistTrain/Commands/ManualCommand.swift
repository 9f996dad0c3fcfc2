import ArgumentParser
import Training

/// `dist-train manual`, for `Launch/install`.
struct ManualCommand: SoloCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual", abstract: "Print the manual page.", shouldDisplay: false)

  var options: OptionValues { OptionValues() }

  func work(_ command: CommandJob) throws {
    StandardOutput.write(ManualPage(CommandDescription.root, version: RootCommand.configuration.version).text)
  }
}
