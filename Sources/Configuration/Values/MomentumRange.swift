package import Files

/// The two momenta of the 1cycle.
package struct MomentumRange: Equatable, Sendable, OptionValue {
  /// At the cycle's ends.
  package var ends: Double
  /// At its middle.
  package var peak: Double

  package init(ends: Double, peak: Double) {
    self.ends = ends
    self.peak = peak
  }

  package init?(text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard parts.count == 2, let ends = parts[0], let peak = parts[1] else { return nil }
    self.init(ends: ends, peak: peak)
  }

  package var text: String { "\(ends),\(peak)" }

  package init?(json: JSONValue) {
    guard case .array(let values) = json, values.count == 2, let ends = Double(json: values[0]),
      let peak = Double(json: values[1])
    else { return nil }
    self.init(ends: ends, peak: peak)
  }

  package var json: JSONValue { .array([.number(ends), .number(peak)]) }
}

extension RunConfiguration {
  /// The momenta as one value.
  package var momentumRange: MomentumRange {
    get { MomentumRange(ends: momenta.ends, peak: momenta.peak) }
    set { momenta = (newValue.ends, newValue.peak) }
  }
}

extension ValueBounds<MomentumRange> {
  /// Both from 0 to below 1.
  package static var momenta: Self {
    Self { range, subject in
      [range.ends, range.peak].lazy.compactMap { ValueBounds<Double>.belowOne.violation($0, subject) }.first.map {
        Violation($0.problem, "give two numbers from 0 to below 1, as 0.95,0.85")
      }
    }
  }
}
