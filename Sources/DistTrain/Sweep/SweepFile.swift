import Training
import Yams

/// The file of a sweep: options by the command line's names, and which of them take what values.
///
///     epochs: 5                      # of all runs
///     seeds: 12                      # or a list of them
///     runs:                          # each of these …
///       - {model: model2, lr: 1e-3}
///     grid:                          # … with each combination of these …
///       batch-size: [32, 64]
///     random:                        # … and with so many draws
///       draws: 20
///       lr: {from: 1e-4, to: 1e-1, scale: log}
///     best: accuracy                 # what the best is judged by; valid_loss without it
///     workers-per-run: 1
struct SweepFile {
  let path: String
  /// Options of all runs.
  private(set) var common: [SweepSettings.Choice] = []
  /// Lists of options, one of which each run has.
  private(set) var cases: [[SweepSettings.Choice]] = [[]]
  /// Options with all their values, of which each run has one.
  private(set) var grid: [[SweepSettings.Choice]] = []
  /// Values that were drawn together.
  private(set) var draws: [[SweepSettings.Choice]] = [[]]
  /// How many seeds each has, or which.
  private(set) var seedCount: Int?
  private(set) var seeds: [UInt64]?
  private(set) var judge = MonitoredFigure.validLoss
  private(set) var workersPerRun: Int?
  let settings = SweepSettings()

  /// How many runs a sweep has at most.
  static let mostRuns = 100_000
  private static let own = ["runs", "grid", "random", "seeds", "best", "workers-per-run"]

  /// - Throws: a usage error with the line, for what isn't to be understood; `inputOutput` for a file that can't be
  ///   read.
  init(_ path: String) throws(RunError) {
    self.path = path
    let members = try SettingsFile.members(path, remedy: "give a file that says what to sweep")
    if members.isEmpty {
      throw usage("the file is empty", path, "write options with their values below `grid:`, `random:` or `runs:`")
    }
    try checkCount(Self.sizes(members), path)
    for member in members {
      switch member.name {
      case "runs": try readCases(member.value, member.place)
      case "grid":
        for axis in try mapping(member) { grid.append(try values(axis)) }
        if grid.isEmpty {
          throw usage("'grid' has no options", member.place, "write `lr: [1e-3, 1e-2]` below it, or take it out")
        }
      case "random": try readDraws(try mapping(member), member.place)
      case "seeds": try readSeeds(member.value, member.place)
      case "best":
        guard let judge = member.value.string.flatMap({ MonitoredFigure(text: $0) }) else {
          throw usage(
            "'best' is judged by valid_loss, accuracy, or another metric of the runs", member.place,
            "give one of these, as perplexity or top5")
        }
        self.judge = judge
      case "workers-per-run":
        let option = RunOption.sweep.workersPerRun
        guard let count = member.value.string.flatMap({ Int($0) }) else {
          throw usage("'workers-per-run' is no whole number", member.place, "give one from 1 on")
        }
        do throws(RunError) { try option.check(count) } catch { throw SweepSettings.placing(error, member.place) }
        workersPerRun = count
      default:
        do throws(RunError) {
          guard let setting = try SettingsFile.setting(member.name, member.value, member.place) else { continue }
          common.append(try settings.value(setting))
        } catch {
          // The sweep's own names may have been meant as well.
          let isList = if case .mapping = member.value { true } else { false }
          guard isList || error.problem.hasPrefix("unknown option"),
            let near = NearestName.find(member.name, in: Self.own),
            NearestName.distance(Array(member.name), Array(near)) == 1
          else { throw error }
          throw usage("unknown option '\(member.name)'", member.place, "did you mean \(near)?")
        }
      }
    }
    try checkOnce()
  }

  // MARK: Parts

  private mutating func readCases(_ value: Node, _ place: String) throws(RunError) {
    guard case .sequence(let list) = value else {
      throw usage("'runs' is no list", place, "write `- {model: gru, lr: 1e-2}` on each line below it")
    }
    if list.isEmpty {
      throw usage("'runs' is empty", place, "write `- {model: gru, lr: 1e-2}` below it, or take it out")
    }
    cases = []
    for item in list {
      guard case .mapping(let options) = item else {
        throw usage("a run has no options", place, "write `- {model: gru, lr: 1e-2}`")
      }
      var values: [SweepSettings.Choice] = []
      for member in try SettingsFile.members(of: options, path) {
        if let setting = try SettingsFile.setting(member.name, member.value, member.place) {
          values.append(try settings.value(setting))
        }
      }
      cases.append(values)
    }
    // One without options of its own is worth comparing with others.
    if cases.allSatisfy(\.isEmpty) {
      throw usage("the runs of 'runs' have no options", place, "write `- {model: gru, lr: 1e-2}`, or take it out")
    }
  }

  /// All values of an option of the grid.
  private func values(
    _ axis: (name: String, value: Node, place: String)
  ) throws(RunError) -> [SweepSettings.Choice] {
    guard case .sequence(let list) = axis.value, !list.isEmpty else {
      throw usage("'\(axis.name)' has no list of values", axis.place, "write `\(axis.name): [first, second]`")
    }
    var values: [SweepSettings.Choice] = []
    for item in list {
      guard let setting = try SettingsFile.setting(axis.name, item, axis.place) else {
        throw usage("'\(axis.name)' has an empty value", axis.place, "give a value, or take it out")
      }
      values.append(try settings.value(setting))
    }
    return values
  }

  private mutating func readDraws(
    _ members: [(name: String, value: Node, place: String)], _ place: String
  ) throws(RunError) {
    var count: Int?
    var random = SweepDraws(seed: 0)
    var axes: [SweepDraws.Axis] = []
    for member in members {
      switch member.name {
      case "draws":
        count = member.value.string.flatMap { Int($0) }.flatMap { (1...100_000).contains($0) ? $0 : nil }
        if count == nil { throw usage("'draws' is out of bounds", member.place, "give a number from 1 to 100000") }
      case "seed":
        guard let seed = member.value.string.flatMap({ UInt64($0) }) else {
          throw usage("'seed' is no whole number", member.place, "give one from 0 on")
        }
        random = SweepDraws(seed: seed)
      default:
        if case .sequence = member.value {
          let list = try values(member)
          axes.append((member.name, .one(of: list), member.place))
        } else {
          axes.append(
            (member.name, try SweepDraws.Choice(range: member.value, member.name, member.place), member.place))
        }
      }
    }
    guard let count, !axes.isEmpty else {
      throw usage(
        "'random' lacks draws or options", place, "write `draws: 20` and `lr: {from: 1e-4, to: 1e-1, scale: log}`")
    }
    draws = try random.different(count, axes, settings, place)
  }

  private mutating func readSeeds(_ value: Node, _ place: String) throws(RunError) {
    if case .sequence(let list) = value {
      let seeds = list.compactMap { $0.string.flatMap { UInt64($0) } }
      try checkCount([seeds.count], place)
      if list.isEmpty { throw usage("'seeds' is empty", place, "write `seeds: 12` or `seeds: [1, 2, 3]`") }
      guard seeds.count == list.count, Set(seeds).count == seeds.count else {
        throw usage("'seeds' has what is no seed, or one twice", place, "give different whole numbers from 0 on")
      }
      self.seeds = seeds
      return
    }
    guard let count = value.string.flatMap({ Int($0) }) else {
      throw usage("'seeds' is neither a number nor a list", place, "write `seeds: 12` or `seeds: [1, 2, 3]`")
    }
    do throws(RunError) { try RunOption.sweep.seeds.check(count) } catch { throw SweepSettings.placing(error, place) }
    seedCount = count
  }

  /// Throws for an option that is given in two places of which neither goes before the other, and for seeds that are.
  private func checkOnce() throws(RunError) {
    var seen: [String: String] = Dictionary(common.map { ($0.name, $0.place) }, uniquingKeysWith: { first, _ in first })
    let swept = (grid.compactMap(\.first) + (draws.first ?? []))
    for value in cases.flatMap(\.self) where seen[value.name] == nil { seen[value.name] = value.place }
    for value in swept {
      if let other = seen.updateValue(value.place, forKey: value.name) {
        throw usage("'\(value.name)' is given twice", "\(other); \(value.place)", "leave out one of the two")
      }
    }
    if let value = (cases.flatMap(\.self) + swept).first(where: { $0.name == RunOption.data.seed.name }) {
      throw usage("a run's seed is one of the sweep's seeds", value.place, "give `seeds: 12` or `seeds: [1, 2, 3]`")
    }
  }

  private func mapping(
    _ member: (name: String, value: Node, place: String)
  ) throws(RunError) -> [(name: String, value: Node, place: String)] {
    guard case .mapping(let mapping) = member.value else {
      throw usage("'\(member.name)' has no options", member.place, "write options with their values below it")
    }
    return try SettingsFile.members(of: mapping, path)
  }

  /// How many of each there are whose combinations are run, before a value is looked at.
  private static func sizes(_ members: [(name: String, value: Node, place: String)]) -> [Int] {
    members.flatMap { member -> [Int] in
      switch (member.name, member.value) {
      case ("runs", .sequence(let list)): [list.count]
      case ("grid", .mapping(let axes)): axes.map { if case .sequence(let list) = $0.value { list.count } else { 1 } }
      case ("random", .mapping(let parts)): [parts["draws"]?.string.flatMap { Int($0) } ?? 1]
      default: []
      }
    }
  }

  /// Throws for more combinations than a sweep has runs.
  func checkCount(_ sizes: [Int], _ place: String) throws(RunError) {
    var count = 1
    for size in sizes where size > 0 {
      let (product, overflows) = count.multipliedReportingOverflow(by: size)
      guard !overflows, product <= Self.mostRuns else {
        throw usage("more than \(NumberText.grouped(Self.mostRuns)) runs", place, "sweep over less")
      }
      count = product
    }
  }

  private func usage(_ problem: String, _ place: String, _ remedy: String) -> RunError {
    RunError(problem, at: place, remedy: remedy, status: .usage)
  }
}
