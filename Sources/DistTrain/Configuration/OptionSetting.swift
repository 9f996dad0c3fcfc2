/// An option's value as a configuration file or the environment has it, not yet checked.
struct OptionSetting {
  /// The option's long name.
  let name: String
  /// The value's text; several for a list.
  let values: [String]
  /// The value as a flag's; nil for what is neither yes nor no.
  let truth: Bool?
  /// Whether the value is in quotation marks, which makes true and false texts.
  var isQuoted = false
  /// Its place: "run.yaml, line 3", "DIST_TRAIN_EPOCHS".
  let place: String

  /// A text as a flag's value: 1, true, yes, on, or 0, false, no, off.
  static func truth(of text: String) -> Bool? {
    switch text.lowercased() {
    case "1", "true", "yes", "on": true
    case "0", "false", "no", "off": false
    default: nil
    }
  }
}
