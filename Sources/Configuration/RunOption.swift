/// All options of all commands, by the sections of help and manual page. What each is follows from its declaration.
package enum RunOption {
  package static let model = ModelOptions()
  package static let data = DataOptions()
  package static let schedule = ScheduleOptions()
  package static let monitoring = MonitoringOptions()
  package static let largeBatch = LargeBatchOptions()
  package static let durability = DurabilityOptions()
  package static let output = OutputOptions()
  package static let finder = FinderOptions()
  package static let evaluation = EvaluationOptions()
  package static let generation = GenerationOptions()
  package static let tokenization = TokenizationOptions()
  package static let display = DataDisplayOptions()
  package static let sweep = SweepOptions()
  package static let benchmark = BenchmarkOptions()
  package static let stepBenchmark = StepBenchmarkOptions()
  package static let scalingBenchmark = ScalingBenchmarkOptions()
  package static let reductionBenchmark = ReductionBenchmarkOptions()
  package static let kernelBenchmark = KernelBenchmarkOptions()
  package static let pageBenchmark = PageBenchmarkOptions()

  /// Every section. Two sections share an option, or have one of the same name for different commands.
  package static let sections: [any OptionSection] = [
    model, data, schedule, monitoring, largeBatch, durability, output, finder, evaluation, generation, tokenization,
    display, sweep, benchmark, stepBenchmark, scalingBenchmark, reductionBenchmark, kernelBenchmark,
    pageBenchmark,
  ]

  /// Those that a run computes from, in the order of `config.json`.
  package static let computed: [any DeclaredOption] = {
    var names: Set<String> = []
    let all = sections.flatMap { $0.options }.filter { $0.isComputed && names.insert($0.name).inserted }
    var list = all.filter { follows($0) == nil }
    for option in all {
      guard let place = list.firstIndex(where: { $0.name == follows(option) }) else { continue }
      list.insert(option, at: place + 1)
    }
    return list
  }()

  private static func follows(_ option: some DeclaredOption) -> String? { option.declaration.jsonFollows }
}
