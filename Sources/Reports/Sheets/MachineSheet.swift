internal import Benchmarks
internal import Files

/// A machine's fact sheet in words, the same for each machine.
struct MachineSheet {
  private let sheet: BenchmarkSheet

  init(_ sheet: BenchmarkSheet) { self.sheet = sheet }

  /// What the machine is called on the page.
  static func name(_ sheet: BenchmarkSheet) -> String {
    let cpu = sheet.machine.cpu.isEmpty ? "a CPU without a name" : sheet.machine.cpu
    return "\(cpu), \(count(sheet.cores.count, "core")), built for \(sheet.build)"
  }

  /// When it was measured: "2025-11-24 02:19 UTC".
  static func time(_ sheet: BenchmarkSheet) -> String {
    let digits = sheet.time.filter(\.isNumber)
    guard digits.count == 14 else { return sheet.time }
    func part(_ start: Int, _ count: Int) -> Substring { digits.dropFirst(start).prefix(count) }
    return "\(part(0, 4))-\(part(4, 2))-\(part(6, 2)) \(part(8, 2)):\(part(10, 2)) UTC"
  }

  static func count(_ number: Int, _ name: String) -> String { "\(number) \(name)\(number == 1 ? "" : "s")" }

  /// The figures that matter most.
  var figures: [(name: String, value: String)] {
    let (theory, measured) = (sheet.theoreticalPeak, sheet.measuredPeak)
    return [
      ("theoretical peak of a core", "\(fixed(theory.alone, 1)) GFLOP/s"),
      ("measured peak", "\(fixed(measured.alone, 1)) GFLOP/s"),
      ("frequency under load", "\(fixed(sheet.gigahertz.alone, 2)) GHz"),
      ("all cores at once, of each alone", fixed(sheet.togetherShare, 2)),
    ]
  }

  /// The other facts.
  var entries: [(name: String, value: String)] {
    let machine = sheet.machine
    let siblings = machine.siblings.map { $0.map(String.init).joined(separator: " + ") }
    let caches = machine.caches.filter { $0.type != "Instruction" }.map { cache in
      (
        name: "cache, level \(cache.level)",
        value:
          "\(kibibytes(Double(cache.bytes))), \(cache.cores == 1 ? "each core its own" : "shared by \(cache.cores)")"
      )
    }
    let copies = sheet.memory.levels.map { level in
      (
        name: "copies of \(kibibytes(level.bytes))",
        value: "\(fixed(level.gigabytesPerSecond, 1)) GB/s, read and written"
      )
    }
    let both: [(name: String, value: String)] = [
      ("CPU", machine.cpu.isEmpty ? "the system doesn't say" : machine.cpu),
      ("virtual machine", machine.isVirtual ? "yes" : "the CPU doesn't say so"),
      ("cores, usable of all", "\(sheet.cores.count) of \(machine.cores)"),
      ("hardware threads, says the system", siblings.isEmpty ? "none" : siblings.joined(separator: ", ")),
      ("frequency under load, all at once", "\(fixed(sheet.gigahertz.together, 2)) GHz"),
      ("theoretical peak of a core, all at once", "\(fixed(sheet.theoreticalPeak.together, 1)) GFLOP/s"),
      ("measured, all at once", "\(fixed(sheet.measuredPeak.together, 1)) GFLOP/s"),
      ("program", "\(sheet.version), built for \(sheet.build)"), ("measured at", Self.time(sheet)),
    ]
    return both + caches + copies
  }

  /// How the theoretical peak comes about.
  var units: String {
    let flops = sheet.vectorBytes / 4 * 2
    let cycle = fixed(sheet.multiplyAddsPerCycle, 2)
    let chain = """
      The frequency is that of a chain of additions and exclusive ors, each of which takes one cycle and waits for the \
      one before, beside multiply-adds: \(fixed(sheet.gigahertz.alone, 2)) GHz.
      """
    guard let units = sheet.multiplyAddUnits else {
      return "\(chain) This build has no fused multiply-adds, so the measured peak stands for the theoretical one."
    }
    let number = units == units.rounded() ? "\(Int(units))" : fixed(units, 1)
    return """
      \(chain) Independent multiply-adds of \(sheet.vectorBytes) bytes (\(flops) operations) come to \(cycle) in a cycle, \
      so the core has \(number) such units: \(number) × \(flops) × \(fixed(sheet.gigahertz.alone, 2)) = \
      \(fixed(sheet.theoreticalPeak.alone, 1)) GFLOP/s. Times are those that a thread was on its core.
      """
  }

  /// Whether the cores are cores of their own, by what one worker on each does alone and all do together.
  var cores: String {
    guard sheet.cores.count > 1 else { return "This process may use one core, so there is nothing to compare." }
    let (share, ofCycle) = (sheet.togetherShare, sheet.togetherShareOfCycle)
    let frequency = ofCycle > 0 ? share / ofCycle : 0
    let facts = """
      One worker on each core, first alone and then all \(sheet.cores.count) at once: together each does \
      \(fixed(share, 2)) of what it does alone, at \(fixed(frequency, 2)) of the frequency.
      """
    let meaning =
      if ofCycle < 0.7 {
        "The cores share their multiply-add units: they are hardware threads of fewer cores, and more workers gain little."
      } else if ofCycle < 0.85 {
        "They are partly shared: by other programs on the machine, or as hardware threads of fewer cores."
      } else if frequency < 0.85 {
        "They are cores of their own, with less time or a lower frequency when all are at work."
      } else {
        "They are cores of their own, no hardware threads of one core."
      }
    let least = sheet.cores.flatMap { [$0.alone.share, $0.together.share] }.min() ?? 1
    guard least < 0.9 else { return "\(facts) \(meaning)" }
    return """
      \(facts) \(meaning) Other programs had a core for up to \(fixed(100 * (1 - least), 0)) % of the time, in which the \
      others may have been by themselves: measure again on a quiet machine to be sure.
      """
  }

  /// Each core's speeds.
  var coreRows: [[String]] {
    func row(_ load: CoreLoad) -> [String] {
      [fixed(load.gigahertz, 2), fixed(load.gflops, 1), fixed(100 * load.share, 0)]
    }
    let header = ["core", "alone: GHz", "GFLOP/s", "% on it", "together: GHz", "GFLOP/s", "% on it"]
    return [header] + sheet.cores.map { ["\($0.core)"] + row($0.alone) + row($0.together) }
  }
}
