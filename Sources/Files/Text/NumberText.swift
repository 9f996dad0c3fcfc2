/// Numbers as text for tables, axes and messages: fixed decimals or powers of ten, without a locale.
public enum NumberText {
  /// `value` in the shortest form that reads back to the same bits; "nan" whatever its sign, which says nothing, "inf"
  /// and "-inf".
  public static func exact(_ value: Double) -> String { value.isNaN ? "nan" : "\(value)" }

  /// `value` with exactly `decimals` digits after the point, rounded to nearest, ties to even, as C's `%.*f`; "nan",
  /// "inf" and "-inf" as such.
  ///
  /// `decimals` is 0…15; magnitudes from 2⁵³ / 10^decimals on print in Swift's shortest form.
  public static func fixed(_ value: Double, decimals: Int) -> String {
    precondition((0...15).contains(decimals), "\(decimals) decimals outside 0…15")
    guard value.isFinite else { return exact(value) }
    let scale = powersOfTen[decimals]
    let magnitude = value.magnitude
    let product = magnitude * scale
    guard product < 0x1p53 else { return "\(value)" }
    // What the product lost in rounding decides where it looks like a tie.
    let lost = (-product).addingProduct(magnitude, scale)
    var scaled = product.rounded(.down)
    let excess = (product - scaled - 0.5) + lost
    if excess > 0 || (excess == 0 && !scaled.remainder(dividingBy: 2).isZero) { scaled += 1 }
    if scaled - product > 0.5 { scaled -= 1 }

    let units = UInt64(scaled)
    let sign = value.sign == .minus && units > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(units)" }
    let divisor = UInt64(scale)
    let fraction = String(units % divisor)
    return "\(sign)\(units / divisor)." + String(repeating: "0", count: decimals - fraction.count) + fraction
  }

  /// `value` as one digit, `decimals` more and a power of ten with at least two digits, as C's `%.*e`: "1.10e-02".
  public static func scientific(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return exact(value) }
    guard value != 0 else { return fixed(0, decimals: decimals) + "e+00" }
    var exponent = decimalExponent(value)
    var mantissa = fixed(scaled(value, byPowerOfTen: -exponent), decimals: decimals)
    if mantissa.drop(while: { $0 == "-" }).hasPrefix("10") {
      exponent += 1
      mantissa = fixed(scaled(value, byPowerOfTen: -exponent), decimals: decimals)
    }
    let digits = String(exponent.magnitude)
    return "\(mantissa)e\(exponent < 0 ? "-" : "+")\(digits.count < 2 ? "0" : "")\(digits)"
  }

  /// The exponent of the power of ten at or below |`value`|, which must be finite and not 0.
  package static func decimalExponent(_ value: Double) -> Int {
    precondition(value.isFinite && value != 0, "no decimal exponent for \(value)")
    // Swift's shortest description is exact about the leading digit, where a logarithm may round across it.
    let text = "\(value.magnitude)"
    let parts = text.split(separator: "e")
    let written = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let whole = parts[0].split(separator: ".")[0]
    if whole != "0" { return written + whole.count - 1 }
    return written - 1 - parts[0].dropFirst(2).prefix { $0 == "0" }.count
  }

  /// `value` · 10^`power`, in two factors where one of them would overflow or vanish.
  package static func scaled(_ value: Double, byPowerOfTen power: Int) -> Double {
    var result = value
    var rest = power
    while rest > 0 {
      let part = min(rest, 22)
      result *= powersOfTen[part]
      rest -= part
    }
    while rest < 0 {
      let part = min(-rest, 22)
      result /= powersOfTen[part]
      rest += part
    }
    return result
  }

  /// 10^0…10^22, the powers that a Double holds exactly.
  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]
}
