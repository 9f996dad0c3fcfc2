internal import Files
internal import Kernels
internal import Platform

/// The mapping of an axis' values to positions 0…1, with its ticks.
///
/// `log10` comes from the C library: a picture may differ in its last digit between machines, no trained number does.
struct AxisScale {
  /// A value that the axis names or, without a label, only ticks.
  struct Tick: Equatable {
    var value: Double
    var label: String
  }

  let scale: LinePlot.Scale
  private let isWhole: Bool
  /// What lies at position 0.
  let low: Double
  /// What lies at position 1.
  let high: Double

  /// Fits the axis to its own range, or else to `values` with `padding` of their extent free at both ends.
  ///
  /// `values` are finite, and positive on a logarithmic axis; there is at least one.
  init(_ axis: LinePlot.Axis, values: [Double], padding: Double) {
    scale = axis.scale
    isWhole = axis.isWhole
    func forward(_ value: Double) -> Double { axis.scale == .linear ? value : log10(value) }
    func back(_ value: Double) -> Double { axis.scale == .linear ? value : pow(10, value) }
    var low = values.reduce(Double.infinity, min)
    var high = values.reduce(-Double.infinity, max)
    var pad = padding
    if let range = axis.range, range.lowerBound.isFinite, range.upperBound.isFinite,
      axis.scale == .linear || range.lowerBound > 0
    {
      (low, high, pad) = (range.lowerBound, range.upperBound, 0)
    }
    if axis.scale == .linear {
      // The extent must be a number, too.
      low = max(low, -1e300)
      high = min(high, 1e300)
    }
    let (from, to) = (forward(low), forward(high))
    let extent = to - from
    if extent <= max(from.magnitude, to.magnitude) * 1e-12 {
      let room = axis.scale == .linear ? max(from.magnitude * 0.1, 1e-6) : 0.5
      (self.low, self.high) = (back(from - room), back(to + room))
    } else {
      (self.low, self.high) =
        pad == 0 ? (low, high) : (back(from - pad * extent), back(to + pad * extent))
    }
  }

  /// Where `value` lies: 0 at `low`, 1 at `high`.
  func position(_ value: Double) -> Double {
    switch scale {
    case .linear: (value - low) / (high - low)
    case .logarithmic: (log10(value) - log10(low)) / (log10(high) - log10(low))
    }
  }

  /// The ticks within the axis, ascending: about `count` with a label, on a logarithmic axis others without.
  func ticks(count: Int) -> [Tick] {
    switch scale {
    case .linear: linearTicks(count: count)
    case .logarithmic: logarithmicTicks(count: count)
    }
  }

  /// Whether the positive `value` lies on a logarithmic axis, its ends included.
  private func isWithin(_ value: Double) -> Bool { value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9) }

  private func linearTicks(count: Int) -> [Tick] {
    let rough = max((high - low) / Double(max(1, count)), isWhole ? 1 : 0)
    var exponent = NumberText.decimalExponent(rough)
    let lead = NumberText.scaled(rough, byPowerOfTen: -exponent)
    // The closest of 1, 2, 5, 10 by ratio.
    var factor = lead < 1.414 ? 1.0 : lead < 3.162 ? 2 : 5
    if lead >= 7.071 { (factor, exponent) = (1, exponent + 1) }
    let step = NumberText.scaled(factor, byPowerOfTen: exponent)
    let slack = 1e-9
    let first = (low / step - slack).rounded(.up)
    let last = (high / step + slack).rounded(.down)
    guard last >= first, last - first < 1000, first.magnitude < 0x1p53 else { return [] }
    let multiples = (0...Int(last - first)).map { first + Double($0) }
    let values = multiples.map { NumberText.scaled($0 * factor, byPowerOfTen: exponent) }
    let largest = values.reduce(0) { max($0, $1.magnitude) }
    let usesPowers = largest > 0 && (largest >= 1e6 || largest < 1e-3)
    return values.map { value in
      if usesPowers { return Tick(value: value, label: Self.power(value, stepExponent: exponent)) }
      return Tick(value: value, label: NumberText.fixed(value, decimals: min(15, max(0, -exponent))))
    }
  }

  private func logarithmicTicks(count: Int) -> [Tick] {
    let slack = 1e-9
    let first = Int((log10(low) - slack).rounded(.up))
    let last = Int((log10(high) + slack).rounded(.down))
    let decades = last - first + 1
    // Within a decade or so, powers of ten alone would leave the axis almost bare.
    if decades < 2 {
      var ticks: [Double] = []
      for exponent in min(first, last) - 1...max(first, last) + 1 {
        for factor in [1.0, 2, 5] { ticks.append(NumberText.scaled(factor, byPowerOfTen: exponent)) }
      }
      ticks = ticks.filter { isWithin($0) }
      if ticks.count >= 2 { return ticks.map { Tick(value: $0, label: Self.plain($0)) } }
      return linearTicks(count: count)
    }
    let stride = max(1, (decades + count - 1) / max(1, count))
    var ticks: [Tick] = []
    for exponent in first - 1...last {
      for digit in 1...9 {
        let value = NumberText.scaled(Double(digit), byPowerOfTen: exponent)
        guard isWithin(value) else { continue }
        if digit == 1, exponent % stride == 0 {
          ticks.append(Tick(value: value, label: "1e\(exponent)"))
        } else if stride == 1 || digit == 1 {
          ticks.append(Tick(value: value, label: ""))
        }
      }
    }
    return ticks
  }

  /// `value`, a multiple of 10^`stepExponent`, with a power of ten and no more digits than it needs: "1.5e6".
  private static func power(_ value: Double, stepExponent: Int) -> String {
    guard value != 0 else { return "0" }
    let exponent = NumberText.decimalExponent(value)
    let mantissa = NumberText.scaled(value, byPowerOfTen: -exponent)
    return trimmed(NumberText.fixed(mantissa, decimals: min(15, max(0, exponent - stepExponent)))) + "e\(exponent)"
  }

  /// `value`, 1, 2 or 5 times a power of ten.
  private static func plain(_ value: Double) -> String {
    let exponent = NumberText.decimalExponent(value)
    return (-3..<6).contains(exponent)
      ? NumberText.fixed(value, decimals: max(0, -exponent)) : power(value, stepExponent: exponent)
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}
