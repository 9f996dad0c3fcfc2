internal import Foundation

/// Options in environment variables: `DIST_TRAIN_` and the option's long name in capitals, `DIST_TRAIN_BATCH_SIZE=32`.
enum EnvironmentSettings {
  private static let prefix = "DIST_TRAIN_"

  /// Variables of that beginning which are no options: read by the build, the tests and their faults.
  private static let others: Set<String> = [
    "CPU", "FAULT", "FUZZ", "KILLS", "LAUNCHER", "MPI", "PORTABLE", "PYTHON", "SEEDS", "SLURM", "STRICT", "TEST_RUN",
  ]

  /// The settings by name, in the names' order.
  static func settings(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> [OptionSetting] {
    environment.filter { $0.key.hasPrefix(prefix) && !others.contains(String($0.key.dropFirst(prefix.count))) }
      .sorted { $0.key < $1.key }
      .map { variable, value in
        OptionSetting(
          name: variable.dropFirst(prefix.count).lowercased().replacing("_", with: "-"), values: [value],
          truth: truths[value.lowercased()], place: variable)
      }
  }

  /// The variable of an option.
  static func variable(_ name: String) -> String { prefix + name.uppercased().replacing("-", with: "_") }

  private static let truths = [
    "1": true, "true": true, "yes": true, "on": true, "0": false, "false": false, "no": false, "off": false,
  ]
}
