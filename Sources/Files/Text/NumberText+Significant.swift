extension NumberText {
  /// `value` with `digits` significant digits, in Swift's shortest form: "0.0229", "1.2e-05".
  public static func significant(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite, value != 0 else { return exact(value) }
    let text = scientific(value, decimals: digits - 1)
    // What has been printed reads back.
    return Double(text).map { "\($0)" } ?? text
  }
}
