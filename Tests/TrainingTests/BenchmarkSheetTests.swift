import Foundation
import Testing

@testable import Benchmarks
@testable import Configuration
@testable import Files
@testable import Models
@testable import Reports

/// What a sheet of benchmarks concludes from its figures, and how it is kept.
@Suite struct BenchmarkSheetTests {
  private func load(_ gigahertz: Double, _ gflops: Double, _ share: Double = 1) -> CoreLoad {
    CoreLoad(gigahertz: gigahertz, gflops: gflops, share: share)
  }

  /// Two cores of 2 GHz with vectors of 32 bytes, which together have this load.
  private func sheet(_ together: CoreLoad, alone: CoreLoad? = nil) -> BenchmarkSheet {
    let alone = alone ?? load(2, 63.5)
    return BenchmarkSheet(
      version: "1", build: "AVX2", time: "20251124T021900Z",
      machine: MachineFacts(
        cpu: "<CPU>", isVirtual: true, cores: 4, usable: [0, 2], siblings: [[0, 2]],
        caches: [MachineFacts.Cache(level: 1, type: "Data", bytes: 32_768, cores: 1)]),
      vectorBytes: 32, cores: [0, 2].map { CoreFigures(core: $0, alone: alone, together: together) },
      memory: MemoryRoof(levels: [(24_576, 80), (1e6, 20)]),
      steps: [1, 2].map { workers in
        StepFigures(
          shape: "lstm:64:20", model: "lstm", hidden: 64, bptt: 20, batchSize: 64, vocabulary: 40, workers: workers,
          steps: 5, lower: 90, median: 100, upper: 120, operations: 4e6,
          command: "dist-train bench step --threads \(workers)")
      },
      kernels: [
        KernelFigures(
          shape: "lstm:64:20",
          rows: [
            KernelRow(kernel: "a & b", shape: "1x1", microseconds: 2, operations: 1e5, bytes: 1000),
            KernelRow(kernel: "c", shape: "1x1", microseconds: 2, operations: 0, bytes: 1000),
          ], command: "dist-train bench kernels")
      ],
      command: "dist-train bench page --out benchmarks")
  }

  @Test func thePeakIsThatOfUnitsWidthAndFrequency() {
    let own = sheet(load(2, 63.5))
    #expect(abs(own.multiplyAddsPerCycle - 63.5 / 32) < 1e-12 && own.multiplyAddUnits == 2)
    #expect(own.theoreticalPeak.alone == 64 && own.measuredPeak.alone == 63.5)
    // At a lower frequency when all are at work.
    #expect(sheet(load(1.5, 48)).theoreticalPeak.together == 48)
    // Without multiply-adds in the build.
    let slow = sheet(load(2, 0.5), alone: load(2, 0.5))
    #expect(slow.multiplyAddUnits == nil && slow.theoreticalPeak.alone == 0.5)
  }

  @Test(arguments: [
    (2.0, 63.0, 1.0, "They are cores of their own, no hardware threads of one core."),
    (2, 32, 1, "they are hardware threads of fewer cores"), (2, 50, 1, "They are partly shared"),
    (1.2, 38, 1, "less time or a lower frequency"), (2, 63, 0.5, "for up to 50 % of the time"),
  ])
  func whatTwoWorkersTell(gigahertz: Double, gflops: Double, share: Double, words: String) {
    let sheet = sheet(load(gigahertz, gflops, share))
    #expect(MachineSheet(sheet).cores.contains(words), "\(MachineSheet(sheet).cores)")
    #expect(MachineSheet(sheet).cores.contains("Other programs") == (share < 1))
  }

  @Test func aSheetComesBackFromJSON() throws {
    let sheet = sheet(load(2, 63))
    let text = sheet.json.prettyText
    let back = try #require(BenchmarkSheet(json: JSONValue(parsing: Array(text.utf8))))
    #expect(back.json == sheet.json && back.machine == sheet.machine)
    #expect(back.steps == sheet.steps && back.cores == sheet.cores)
    // Without any one of its parts it is none.
    guard case .object(let members) = sheet.json else {
      Issue.record("no object")
      return
    }
    let derived = ["theoretical_peak_gflops_per_core", "peak_gflops_per_core", "together_of_alone"]
    for name in members.map(\.name) {
      let rest = JSONValue.object(members.filter { $0.name != name })
      #expect((BenchmarkSheet(json: rest) == nil) != derived.contains(name), "\(name)")
    }
  }

  @Test func listsAndSizesOfTheSystem() {
    #expect(MachineFacts.numbers("0-2,8") == [0, 1, 2, 8] && MachineFacts.numbers("5") == [5])
    #expect(MachineFacts.numbers("") == [] && MachineFacts.numbers("3-1") == [])
    #expect(MachineFacts.bytes("32K") == 32_768 && MachineFacts.bytes("2M") == 2 << 20 && MachineFacts.bytes("?") == 0)
  }

  @Test func shapesAsTheyAreTyped() throws {
    let list = try #require(ShapeList(text: "model3:64:3,lstm:16:2:50"))
    #expect(list.text == "model3:64:3,lstm:16:2:50" && ShapeList(json: list.json) == list)
    let arguments = ["--model", "lstm", "--hidden", "16", "--bptt", "2", "--vocab", "50", "--norm", "none"]
    #expect(list.shapes[1].arguments == arguments)
    let configuration = try list.shapes[1].configuration()
    #expect(configuration.hidden == 16 && configuration.bptt == 2 && configuration.model.norm == NormChoice.none)
    #expect(configuration.model.kind == .lstm && configuration.randomVocabulary == 50)
    for text in ["", "lstm", "lstm:64", "lstm:64:x", "lstm:64:1:2:3", "transformer:64:3", "lstm:64:3,"] {
      #expect(ShapeList(text: text) == nil, "\(text)")
    }
    let bounds = RunOption.pageBenchmark.shapes.bounds
    for text in ["lstm:0:3", "lstm:64:0", "lstm:64:3:0", "lstm:64:3,lstm:64:3"] {
      #expect(try bounds.violation(#require(ShapeList(text: text)), "shape") != nil, "\(text)")
    }
    #expect(bounds.violation(.steps, "shape") == nil && bounds.violation(.kernels, "shape") == nil)
  }

  private func peers(_ text: String) throws -> [PeerFigures] {
    let path = NSTemporaryDirectory() + "/peers-\(UUID().uuidString)"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try PeerFigures.read(path)
  }

  @Test func speedsOfOtherPrograms() throws {
    let text = """
      --model lstm --layers 2 --hidden 256 --vocab 100 --workers 2

      {"20": {"median": {"dist-train": 300, "_peak": 0.5, "jax": 100, "torch": 600}, "missing": {"x": "no"}}}
      {"3": {"median": {"dist-train": 5, "jax": 2}}}
      """
    let found = try peers(text)
    let lstm = PeerFigures(
      name: "jax", model: "lstm", hidden: 256, bptt: 20, workers: 2, vocabulary: 100, tokensPerSecond: 100, ours: 300)
    #expect(found.count == 3 && found[0] == lstm && found[1].ratio == 0.5)
    #expect(found[2].model == "model3" && found[2].hidden == 64 && found[2].vocabulary == nil)
    let page = BenchmarkPage([sheet(load(2, 63))], peers: found).html()
    #expect(page.contains("Faster than dist-train: torch on 2 workers at lstm, hidden 256, bptt 20 (2.00 ×)."))
    let none = BenchmarkPage([sheet(load(2, 63))], peers: [found[0]]).html()
    #expect(none.contains("Of 1 figure of other programs none is higher"))
    for text in ["", "{", "x\n", #"{"20": {"median": {"dist-train": 1}}}"#, #"{"a": {"median": {}}}"#, "--hidden\n"] {
      let error = #expect(throws: RunError.self) { try peers(text) }
      #expect(error?.status == .badData, "\(text)")
    }
  }
}
