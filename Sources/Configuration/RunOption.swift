/// All options of the commands that run jobs, by the sections of help and manual page. What each is follows from its
/// declaration.
package enum RunOption {
  package static let model = ModelOptions()
  package static let data = DataOptions()
  package static let schedule = ScheduleOptions()
  package static let largeBatch = LargeBatchOptions()
  package static let durability = DurabilityOptions()
  package static let output = OutputOptions()
  package static let finder = FinderOptions()
  package static let benchmark = BenchmarkOptions()

  /// Every option once.
  package static let all: [any DeclaredOption] = {
    let sections: [any OptionSection] = [model, data, schedule, largeBatch, durability, output, finder, benchmark]
    var names: Set<String> = []
    return sections.flatMap { $0.options }.filter { names.insert($0.name).inserted }
  }()

  /// Those that a run computes from, in the order of `config.json`.
  package static let computed: [any DeclaredOption] = {
    var list = all.filter { $0.isComputed && follows($0) == nil }
    for option in all where option.isComputed {
      guard let place = list.firstIndex(where: { $0.name == follows(option) }) else { continue }
      list.insert(option, at: place + 1)
    }
    return list
  }()

  private static func follows(_ option: some DeclaredOption) -> String? { option.declaration.jsonFollows }
}
