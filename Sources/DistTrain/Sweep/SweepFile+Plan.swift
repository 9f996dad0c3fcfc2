import Training

extension SweepFile {
  /// All runs that the file asks for.
  ///
  /// - options: the command line's, which go before the file.
  /// - environment: the settings in the environment, which hold where the file has none.
  /// - Throws: a usage error for options that don't fit each other, with the file and what is the run's own.
  func plan(
    _ options: OptionValues, environment: [OptionSetting] = EnvironmentSettings.settings()
  ) throws(RunError) -> SweepPlan {
    let seedCount = options[RunOption.sweep.seeds]
    let sizes = [cases.count] + grid.map(\.count) + [draws.count, seedCount ?? seeds?.count ?? self.seedCount ?? 1]
    try checkCount(sizes, path)
    let base = try settings.values(environment)
    var names: [String] = []
    for value in cases.flatMap(\.self) + grid.compactMap(\.first) + (draws.first ?? [])
    where !names.contains(value.name) {
      names.append(value.name)
    }
    var variants: [[String]] = []
    var runs: [SweepRun] = []
    for own in combinations {
      let values = (base + common + own).reduce(settings.none) { $0.taking($1.options) }
      let first = try configuration(values, own, base)
      let texts = names.map { settings.text($0, first, values) }
      let seeds: [UInt64]
      if let list = self.seeds, seedCount == nil {
        seeds = list
      } else {
        let count = UInt64(seedCount ?? self.seedCount ?? 1)
        guard first.seed <= .max - (count - 1) else {
          throw RunError(
            "the seeds go beyond \(UInt64.max)", at: path, remedy: "give a smaller seed, or fewer seeds", status: .usage
          )
        }
        seeds = (0..<count).map { first.seed + $0 }
      }
      for seed in seeds {
        var configuration = first
        configuration.seed = seed
        var keeping = values.keeping(configuration, ranks: 1)
        keeping.remedy = { _, rate in "a learning rate of \(rate) may do" }
        runs.append(SweepRun(Array(zip(names, texts)), variant: variants.count, configuration, keeping))
      }
      variants.append(texts)
    }
    return try SweepPlan(
      file: path, options: names, variants: variants, runs: runs, judge: judge,
      workersPerRun: options[RunOption.sweep.workersPerRun] ?? workersPerRun ?? 1)
  }

  /// What each variant has of its own, the last option changing first.
  private var combinations: [[SweepSettings.Choice]] {
    var all = cases
    for axis in grid { all = all.flatMap { one in axis.map { one + [$0] } } }
    return all.flatMap { one in draws.map { one + $0 } }
  }

  private func configuration(
    _ values: OptionValues, _ own: [SweepSettings.Choice], _ base: [SweepSettings.Choice]
  ) throws(RunError) -> RunConfiguration {
    do {
      let command = try CommandJob("train", values, sizesAreKnown: false)
      try command.checkTrain()
      // Where the rate goes by the batch size, texts are looked at.
      let configuration = try LargeBatch(values).resolve(command.configuration, checkpoint: nil, job: .ofOwnWork())
      try configuration.checkStatistics()
      try configuration.checkSchedule()
      guard judge.isAlwaysThere || configuration.metrics.contains(where: { MonitoredFigure($0) == judge }) else {
        let all = (configuration.metrics.map(\.text) + [judge.name]).joined(separator: ", ")
        throw RunError(
          "'best' is judged by \(judge.name), which a run doesn't have", at: "--metrics",
          remedy: "give metrics: [\(all)]", status: .usage)
      }
      return configuration
    } catch {
      guard let error = error as? RunError else {
        throw RunError("\(error)", at: path, remedy: "check the file", status: .failure)
      }
      let named = error.place.split { !($0.isLetter || $0.isNumber || $0 == "-") }
      let given = base.filter { named.contains("--\($0.name)") || named.contains("--no-\($0.name)") }
      let words = (own + given).map { "\($0.name) of \($0.place)" }.joined(separator: ", ")
      throw SweepSettings.placing(error, words.isEmpty ? path : words)
    }
  }
}
