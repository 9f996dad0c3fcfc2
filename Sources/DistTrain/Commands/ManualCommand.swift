import ArgumentParser
import Training

/// `dist-train manual`, for `Launch/install`.
struct ManualCommand: SoloCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual", abstract: "Print the manual page.", shouldDisplay: false)

  func run() throws {
    guard Job.isFirst else { return }
    print(
      ManualPage(CommandDescription.root, version: RootCommand.configuration.version).text, terminator: "")
  }
}
