internal import Training

/// Which options stand on the command line, as against those that have their defaults.
struct GivenOptions: Sendable {
  private let names: Set<String>

  /// - arguments: in any of the forms `--name value` and `--name=value`.
  init(_ arguments: [String]) {
    names = Set(
      arguments.filter { $0.hasPrefix("--") }.map { String($0.dropFirst(2).prefix { $0 != "=" }) })
  }

  /// Whether the option of this long name is among them.
  func contains(_ name: String) -> Bool { names.contains(name) }

  /// A checkpoint's configuration with what the command line may change about it.
  ///
  /// Texts may have another name: their contents are compared when they are read. The step limit and whether the LR finder runs
  /// belong to a launch, not to the run.
  ///
  /// - requested: the command line's, with defaults.
  /// - Throws: a usage error that names the option, for one that contradicts the checkpoint.
  func resolve(
    _ checkpoint: RunConfiguration, requested: RunConfiguration, hasNewSchedule: Bool
  ) throws(RunError) -> RunConfiguration {
    var result = checkpoint
    if names.contains("steps") { result.stepLimit = requested.stepLimit }
    if names.contains("data") {
      result.dataDirectory = requested.dataDirectory
      (result.trainFile, result.validFile) = (nil, nil)
    }
    if names.contains("train") {
      result.trainFile = requested.trainFile
      result.dataDirectory = nil
    }
    if names.contains("valid") { result.validFile = requested.validFile }
    if hasNewSchedule {
      if names.contains("epochs") { result.epochs = requested.epochs }
      if names.contains("lr") || names.contains("scale-lr"), let rate = requested.learningRate {
        result.learningRate = rate
      }
      if names.contains("pct-start") { result.pctStart = requested.pctStart }
      if names.contains("div-factor") { result.divFactor = requested.divFactor }
      if names.contains("moms") { result.momenta = requested.momenta }
      if !names.contains("steps") { result.stepLimit = nil }
    }
    guard case .object(let options) = result.json else { return result }
    for (key, value) in options {
      // A scaled rate is that of two options.
      let name = key == "lr" && names.contains("scale-lr") ? "scale-lr" : key
      guard names.contains(name) else { continue }
      let asked = requested.json[key] ?? .null
      guard asked != value else { continue }
      let isSchedule = ["epochs", "lr", "pct-start", "div-factor", "moms"].contains(key)
      throw RunError(
        "\(asked.text) contradicts the checkpoint, which has \(value.text)", at: "--\(name)",
        remedy: isSchedule ? "leave it out, or give --new-schedule" : "leave it out", status: .usage)
    }
    return result
  }
}
