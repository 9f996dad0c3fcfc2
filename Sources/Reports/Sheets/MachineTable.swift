internal import Benchmarks
internal import Files

/// Several machines beside each other: a column for each.
enum MachineTable {
  static func html(_ sheets: [BenchmarkSheet]) -> String {
    var rows: [[String]] = [[""] + sheets.indices.map { "machine \($0 + 1)" }]
    func row(_ name: String, _ value: (BenchmarkSheet) -> String) { rows.append([name] + sheets.map(value)) }
    row("CPU") { $0.machine.cpu.isEmpty ? "–" : $0.machine.cpu }
    row("built for") { $0.build }
    row("measured at", MachineSheet.time)
    row("usable cores") { "\($0.cores.count)" }
    row("GHz under load, alone / all at once") {
      "\(fixed($0.gigahertz.alone, 2)) / \(fixed($0.gigahertz.together, 2))"
    }
    row("multiply-adds in a cycle, bytes of each") { "\(fixed($0.multiplyAddsPerCycle, 2)), \($0.vectorBytes)" }
    row("theoretical peak of a core, GFLOP/s") { fixed($0.theoreticalPeak.alone, 1) }
    row("measured peak, GFLOP/s") { fixed($0.measuredPeak.alone, 1) }
    row("all at once, of each alone") { $0.cores.count > 1 ? fixed($0.togetherShare, 2) : "–" }
    var shapes: [String] = []
    for step in sheets.flatMap(\.steps) where !shapes.contains(step.shape) { shapes.append(step.shape) }
    for shape in shapes {
      row("\(shape), 1 worker, of theory") { sheet in
        guard let step = sheet.steps.first(where: { $0.shape == shape && $0.workers == 1 }) else { return "–" }
        return "\(fixed(step.gflops / sheet.theoreticalPeak.alone, 2)); \(time(step.median))"
      }
      row("\(shape), speed-up") { sheet in
        let steps = sheet.steps.filter { $0.shape == shape }
        guard let one = steps.first, let most = steps.last, most.workers > one.workers else { return "–" }
        return "\(fixed(one.median / most.median, 2)) on \(most.workers)"
      }
    }
    return HTMLPage.table(rows, class: "numbers")
  }

  private static func time(_ microseconds: Double) -> String {
    microseconds < 10_000 ? "\(fixed(microseconds, 0)) µs" : "\(fixed(microseconds / 1000, 1)) ms"
  }
}
