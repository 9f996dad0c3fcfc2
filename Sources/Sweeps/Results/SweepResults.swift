package import Configuration
internal import Crypto
internal import Files

/// What has come of a sweep: its runs' figures, put together by variant.
public struct SweepResults: Sendable {
  /// What the runs of one variant have come to, over its seeds.
  public struct Variant: Sendable {
    /// Its values of the sweep's options.
    public let values: [String]
    /// Its runs that are done, with their outcomes.
    public let runs: [(run: SweepRun, outcome: RunOutcome)]

    /// Runs that have finished.
    public var finished: Int { runs.count { $0.outcome.digest != nil } }
    /// Runs that have failed.
    public var failed: Int { runs.count - finished }

    /// Mean and spread of a figure over the runs that have it.
    public func spread(_ figure: (RunOutcome) -> Double) -> Spread {
      Spread(runs.map { figure($0.outcome) }.filter { !$0.isNaN })
    }
  }

  /// What was to be done.
  public let plan: SweepPlan
  /// The variants in the plan's order.
  public let variants: [Variant]

  /// - outcomes: by run, nil for one that isn't done.
  public init(_ plan: SweepPlan, _ outcomes: [RunOutcome?]) {
    self.plan = plan
    var runs = plan.variants.map { _ in [(run: SweepRun, outcome: RunOutcome)]() }
    for (run, outcome) in zip(plan.runs, outcomes) {
      if let outcome { runs[run.variant].append((run, outcome)) }
    }
    variants = zip(plan.variants, runs).map { Variant(values: $0, runs: $1) }
  }

  /// Those that a directory keeps.
  package init(_ plan: SweepPlan, in directory: SweepDirectory) {
    self.init(plan, plan.runs.map { directory.outcome(of: $0) })
  }

  /// SHA-256 over the digests of all runs, by name, as 64 hex digits; nil while some aren't done.
  public var digest: String? {
    let runs = variants.flatMap(\.runs)
    guard runs.count == plan.runs.count else { return nil }
    let text = runs.map { "\($0.run.name) \($0.outcome.digest ?? "failed")\n" }.sorted().joined()
    return hexadecimal(SHA256.hash(data: Array(text.utf8)))
  }

  /// Valid loss, accuracy, and the metrics that any run was asked for.
  package var figures: [MonitoredFigure] {
    var figures: [MonitoredFigure] = [.validLoss, .accuracy]
    for run in plan.runs {
      for metric in run.configuration.metrics where !figures.contains(MonitoredFigure(metric)) {
        figures.append(MonitoredFigure(metric))
      }
    }
    return figures
  }

  /// The mean of what is judged by, of a variant.
  func judged(_ variant: Variant) -> Double { variant.spread { $0.value(of: plan.judge) }.mean }

  /// How many runs have failed.
  public var failed: Int { variants.reduce(0) { $0 + $1.failed } }

  /// The number of the best variant; nil where none has a figure.
  public var best: Int? { ranking.first }

  /// The numbers of the variants that have a figure, the best first; of equal ones the first.
  var ranking: [Int] {
    let means = variants.map { judged($0) }
    return means.indices.filter { !means[$0].isNaN }.sorted { one, other in
      means[one] == means[other] ? one < other : plan.judge.isBetter(means[one], than: means[other])
    }
  }

  /// The numbers of the options in which variants differ at all.
  var columns: [Int] {
    plan.options.indices.filter { column in Set(plan.variants.map { $0[column] }).count > 1 }
  }

  /// A variant in words: "model=gru, lr=0.01"; the sweep's only one is "all runs".
  func name(_ variant: Int) -> String {
    let parts = columns.filter { !plan.variants[variant][$0].isEmpty }.map {
      "\(plan.options[$0])=\(plan.variants[variant][$0])"
    }
    return parts.isEmpty ? "all runs" : parts.joined(separator: ", ")
  }
}

/// Mean and standard deviation of some values.
public struct Spread: Sendable, Equatable {
  /// How many there are.
  public let count: Int
  /// NaN of none.
  public let mean: Double
  /// That of a sample, with one less than their number below the sum; NaN of fewer than two.
  public let deviation: Double

  /// That of these.
  public init(_ values: [Double]) {
    count = values.count
    let mean = values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    self.mean = mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = values.count < 2 ? .nan : (squares / Double(values.count - 1)).squareRoot()
  }
}
