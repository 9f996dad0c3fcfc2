internal import Platform
import Training
import Yams

/// Random values of options, the same for the same seed; more draws leave those before them as they are.
struct SweepDraws {
  /// What an option's value is drawn from.
  enum Choice {
    /// Each with the same chance.
    case one(of: [SweepSettings.Choice])
    /// Numbers between two, equally over them or over their logarithms; whole ones where both ends are.
    case range(from: Double, to: Double, isLogarithmic: Bool, isWhole: Bool)

    /// Of `{from: 1e-4, to: 1e-1, scale: log}`.
    init(range value: Node, _ name: String, _ place: String) throws(RunError) {
      func usage(_ problem: String, _ remedy: String) -> RunError {
        RunError("'\(name)' \(problem)", at: place, remedy: remedy, status: .usage)
      }
      let form = "write `\(name): {from: 1e-4, to: 1e-1, scale: log}` or `\(name): [first, second]`"
      guard case .mapping(let mapping) = value else { throw usage("is neither a range nor a list", form) }
      var texts: [String: String] = [:]
      for (key, value) in mapping { texts[key.string ?? ""] = value.string }
      guard Set(texts.keys).isSubset(of: ["from", "to", "scale"]), let from = texts["from"], let to = texts["to"],
        let low = Double(from), let high = Double(to), low < high, high.isFinite
      else { throw usage("is no range", form) }
      let scale = texts["scale"] ?? "linear"
      guard scale == "linear" || scale == "log" && low > 0 else {
        throw usage("has no scale \(scale) from \(from) on", "give linear, or log from above 0 on")
      }
      self = .range(from: low, to: high, isLogarithmic: scale == "log", isWhole: Int(from) != nil && Int(to) != nil)
    }
  }

  /// A value that was drawn, or a number as text.
  enum Drawn {
    case value(SweepSettings.Choice)
    case number(String)
  }

  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(_ choice: Choice) -> Drawn {
    let share = uniform()
    switch choice {
    case .one(let values): return .value(values[min(Int(share * Double(values.count)), values.count - 1)])
    case .range(let from, let to, let isLogarithmic, let isWhole):
      // Both ends of whole numbers have their whole share.
      let (low, high) = isWhole ? (from - (isLogarithmic ? 0 : 0.5), to + (isLogarithmic ? 0 : 0.5)) : (from, to)
      let value = isLogarithmic ? exp(log(low) + share * (log(high) - log(low))) : low + share * (high - low)
      if isWhole { return .number("\(Int(min(max(value.rounded(), from), to)))") }
      // Few digits, so that another machine's logarithm gives the same.
      return .number(NumberText.significant(value, digits: 4))
    }
  }

  /// From 0 to below 1, in 53 bits (SplitMix64, Steele et al. 2014).
  private mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }
}
