import Training

internal import Platform

/// Options in environment variables: `DIST_TRAIN_` and the option's long name in capitals, `DIST_TRAIN_BATCH_SIZE=32`.
enum EnvironmentSettings {
  private static let prefix = "DIST_TRAIN_"

  /// Variables of that beginning which are no options: read by the build, the tests and their faults.
  private static let others: Set<String> = [
    "ADDITIONS", "CPU", "FAULT", "FUZZ", "KILLS", "LAUNCHER", "MPI", "PORTABLE", "PYTHON", "SLURM", "STRICT",
    "TEST_RUN",
  ]

  /// The settings by name, in the names' order.
  static func settings(_ environment: [String: String] = variables()) -> [OptionSetting] {
    environment.filter { $0.key.hasPrefix(prefix) && !others.contains(String($0.key.dropFirst(prefix.count))) }
      .sorted { $0.key < $1.key }
      .map { variable, value in
        let isQuoted = value.count > 1 && value.first == value.last && (value.first == "\"" || value.first == "'")
        let content = isQuoted ? String(value.dropFirst().dropLast()) : value
        return OptionSetting(
          name: variable.dropFirst(prefix.count).lowercased().replacing("_", with: "-"), values: [value],
          truth: OptionSetting.truth(of: content), isQuoted: isQuoted, place: variable)
      }
  }

  /// The variables of that beginning; values in the form of `FileName.text`.
  private static func variables() -> [String: String] {
    var result: [String: String] = [:]
    // The list ends with a null; nobody changes the environment while the program starts.
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
      let bytes = unsafe Array(UnsafeBufferPointer(start: text, count: strlen(text))).map { UInt8(bitPattern: $0) }
      unsafe entry += 1
      guard bytes.starts(with: prefix.utf8), let end = bytes.firstIndex(of: UInt8(ascii: "=")) else { continue }
      result[FileName.text(Array(bytes[..<end]))] = FileName.text(Array(bytes[(end + 1)...]))
    }
    return result
  }

  /// The variable of an option.
  static func variable(_ name: String) -> String { prefix + name.uppercased().replacing("-", with: "_") }
}
