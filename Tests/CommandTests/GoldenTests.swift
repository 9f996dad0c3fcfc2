import Foundation
import Testing
import Training

/// Whole runs through the command line against recorded ones of fastai 1.0.61 on PyTorch.
@Suite(.serialized) struct GoldenTests {
  /// - tolerance: of the losses of steps 1–50; accuracy: of the last epoch's accuracy. All relative, as design asks.
  @Test(arguments: [
    ("model0", 1e-4, 0.04), ("model1", 1e-4, 0.04), ("model2", 1e-4, 0.02), ("model3", 1e-4, 0.02),
    ("model3-bptt20", 3e-4, 0.02),
  ])
  func trainsAsRecorded(name: String, tolerance: Double, accuracy: Double) throws {
    let recorded = try GoldenRun(name)
    let folder = try Launcher.temporaryDirectory()
    defer { try? FileManager.default.removeItem(at: folder) }
    let options = recorded.options + ["--no-lr-find", "--quiet", "--out"]
    let result = try Launcher.run(options + [folder.path + "/run"])
    try #require(result.status == 0, "\(result.errors)")
    let metrics = try Metrics(folder.path + "/run")
    let losses = metrics.numbers("step", "loss")
    #expect(losses.count == recorded.trainLossPerStep.count)
    #expect(error(Array(losses[..<50]), recorded.trainLossPerStep) < tolerance)
    #expect(error(metrics.numbers("step", "lr"), recorded.lrPerStep) < 1e-6)
    #expect(error(metrics.numbers("step", "momentum"), recorded.momentumPerStep) < 1e-6)
    #expect(error(metrics.numbers("step", "smoothed_loss").suffix(1), recorded.smoothedLossPerStep.suffix(1)) < 0.02)
    #expect(error(metrics.numbers("epoch", "valid_loss").suffix(1), recorded.validLossPerEpoch.suffix(1)) < 0.02)
    #expect(error(metrics.numbers("epoch", "accuracy").suffix(1), recorded.accuracyPerEpoch.suffix(1)) < accuracy)

    let short = try Launcher.run(options + [folder.path + "/ten", "--steps", "10"])
    try #require(short.status == 0, "\(short.errors)")
    let ours = try SafetensorsFile(Array(Data(contentsOf: folder.appendingPathComponent("ten/model.safetensors"))))
    let theirs = try SafetensorsFile(GoldenRun.bytes("\(name)/after-step10.safetensors"))
    #expect(!theirs.tensors.isEmpty)
    for tensor in theirs.tensors {
      let difference = zip(
        try ours.floats(tensor.name, shape: tensor.shape), try theirs.floats(tensor.name, shape: tensor.shape)
      ).map { abs($0 - $1) }.max()
      #expect(difference ?? 1 < 1e-4, "\(tensor.name)")
    }
  }

  @Test(arguments: ["model0", "model2", "model3"])
  func findsTheRecordedLearningRate(model: String) throws {
    let recorded = try GoldenCurve("lr-find-\(model)")
    let folder = try Launcher.temporaryDirectory()
    defer { try? FileManager.default.removeItem(at: folder) }
    let result = try Launcher.run([
      "lr-find", "--model", model, "--init", GoldenRun.path("lr-find-\(model)/init.safetensors"), "--no-plot", "--out",
      folder.path + "/run",
    ])
    try #require(result.status == 0, "\(result.errors)")
    let rows = try String(contentsOfFile: folder.path + "/run/lr-find.csv", encoding: .utf8).split(separator: "\n")
      .dropFirst().map { $0.split(separator: ",").compactMap { Double($0) } }
    // fastai stops where the loss is no number; our BatchNorm outlasts an overflow by a step or two.
    #expect(abs(rows.count - recorded.iterations) <= 3)
    #expect(error(rows.map { $0[0] }, recorded.lrPerStep) < 1e-6)
    let smoothed = recorded.smoothedLossPerStep.map { $0 ?? .infinity }
    let lowest = smoothed.indices.min { smoothed[$0] < smoothed[$1] } ?? 0
    #expect(lowest > 50)
    #expect(error(rows[0...lowest].map { $0[2] }, Array(smoothed[0...lowest])) < 1e-3)
    #expect(result.output.contains("steepest 0.0229"))
    // Where the valley ends depends on where the finder stopped.
    let valleys = try JSONDecoder().decode(
      [String: Double].self, from: Data(contentsOf: URL(fileURLWithPath: GoldenRun.path("lr-find-valley.json"))))
    let expected = try #require(valleys["lr-find-\(model)"])
    let match = try #require(result.output.firstMatch(of: #/valley ([0-9.e-]+)/#))
    let valley = try #require(Double(match.1))
    #expect(abs(valley - expected) < 0.01 * expected)
  }

  private func error(_ ours: [Double], _ theirs: [Double]) -> Double {
    zip(ours, theirs).map { abs($0 - $1) / abs($1) }.max() ?? .infinity
  }
}

/// A recorded run of fastai's.
struct GoldenRun: Decodable {
  let model: String
  let bptt: Int
  let epochs: Int
  let lrMax: Double
  let oneCycle: [String: Double]
  let trainLossPerStep, smoothedLossPerStep, lrPerStep, momentumPerStep: [Double]
  let validLossPerEpoch, accuracyPerEpoch: [Double]
  private(set) var name = ""

  private enum CodingKeys: CodingKey {
    case model, bptt, epochs, lrMax, oneCycle, trainLossPerStep, smoothedLossPerStep, lrPerStep, momentumPerStep
    case validLossPerEpoch, accuracyPerEpoch
  }

  init(_ name: String) throws {
    self = try Self.decode(name)
    self.name = name
  }

  /// The command line that repeats the run.
  var options: [String] {
    [
      "--model", model, "--init", Self.path("\(name)/init.safetensors"), "--bptt", "\(bptt)", "--epochs", "\(epochs)",
      "--lr", "\(lrMax)", "--pct-start", "\(oneCycle["pct_start"] ?? 0.3)",
    ]
  }

  static func decode<Value: Decodable>(_ name: String) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Value.self, from: Data(bytes("\(name)/run.json")))
  }

  static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path(name)))) }

  static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Golden/\(name)").path
  }
}

/// A recorded run of fastai's LR finder; a loss that is no number is nil.
struct GoldenCurve: Decodable {
  let iterations: Int
  let lrPerStep: [Double]
  let smoothedLossPerStep: [Double?]

  init(_ name: String) throws { self = try GoldenRun.decode(name) }
}

/// A run's `metrics.jsonl`.
struct Metrics {
  private let lines: [[String: Any]]

  init(_ directory: String) throws {
    lines = try String(contentsOfFile: directory + "/metrics.jsonl", encoding: .utf8).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  /// A field of all lines of one kind.
  func numbers(_ kind: String, _ field: String) -> [Double] {
    lines.filter { $0["kind"] as? String == kind }.compactMap { $0[field] as? Double }
  }
}
