import Training

extension SweepDraws {
  /// An option with what its values are drawn from.
  typealias Axis = (name: String, choice: Choice, place: String)

  /// So many different combinations: one that is there already is drawn again, so that more draws leave those before
  /// them as they are.
  ///
  /// - place: where in the file they are asked for.
  /// - Throws: a usage error for a value that the option doesn't take, and where there aren't as many combinations.
  mutating func different(
    _ count: Int, _ axes: [Axis], _ settings: SweepSettings, _ place: String
  ) throws(RunError) -> [[SweepSettings.Choice]] {
    let space = Self.count(axes)
    // The last of a few values takes some tries; of more, hardly any comes twice.
    let tries = 1000 + 50 * min(space ?? count, 100_000)
    var numbers: [String: SweepSettings.Choice] = [:]
    var taken: Set<[String]> = []
    var draws: [[SweepSettings.Choice]] = []
    var misses = 0
    while draws.count < count {
      var values: [SweepSettings.Choice] = []
      for axis in axes {
        switch next(axis.choice) {
        case .value(let value): values.append(value)
        case .number(let text):
          let key = "\(axis.name) \(text)"
          if numbers[key] == nil {
            numbers[key] = try settings.value(
              OptionSetting(name: axis.name, values: [text], truth: nil, place: axis.place))
          }
          if let value = numbers[key] { values.append(value) }
        }
      }
      if taken.insert(values.map(\.text)).inserted {
        draws.append(values)
        misses = 0
        continue
      }
      misses += 1
      guard misses < tries, space.map({ draws.count < $0 }) ?? true else {
        throw RunError(
          "'random' has \(draws.count) different draws, not \(count)", at: place,
          remedy: "give fewer draws, or more values", status: .usage)
      }
    }
    return draws
  }

  /// How many combinations there are at most; nil for more than are ever drawn.
  private static func count(_ axes: [Axis]) -> Int? {
    let most = 1_000_000
    var product = 1
    for axis in axes {
      switch axis.choice {
      case .one(let values): product *= values.count
      case .range(let from, let to, _, let isWhole):
        guard isWhole, to - from < Double(most) else { return nil }
        product *= Int(to - from) + 1
      }
      if product > most { return nil }
    }
    return product
  }
}
