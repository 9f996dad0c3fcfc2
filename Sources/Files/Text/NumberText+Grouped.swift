extension NumberText {
  /// `value` with a comma between each three digits: "50,079".
  public static func grouped(_ value: Int) -> String {
    let digits = "\(value.magnitude)"
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return (value < 0 ? "-" : "") + text
  }

  /// A number of bytes in the largest unit of a thousand times the one before: "129 MB",
  /// "2.3 GB".
  public static func bytes(_ value: Int) -> String {
    let amount = Double(max(value, 0))
    for (unit, size) in [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)] where amount >= size {
      return "\(fixed(amount / size, decimals: amount < 10 * size ? 1 : 0)) \(unit)"
    }
    return "\(max(value, 0)) bytes"
  }
}
