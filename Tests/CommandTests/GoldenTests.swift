import Foundation
import Testing

/// Whole runs against recorded ones of fastai 1.0.61 on PyTorch.
@Suite(.serialized) struct GoldenTests {
  struct Recorded: Decodable {
    let bptt: Int
    let epochs: Int
    let lrMax: Double
    let trainLossPerStep: [Double]
    let lrPerStep: [Double]
    let momentumPerStep: [Double]
    let validLossPerEpoch: [Double]
    let accuracyPerEpoch: [Double]
  }

  @Test(arguments: [("model3", 1e-4), ("model3-bptt20", 3e-4)])
  func model3TrainsAsRecorded(name: String, tolerance: Double) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let recorded = try decoder.decode(
      Recorded.self, from: Data(contentsOf: URL(fileURLWithPath: Launcher.golden("\(name)/run.json"))))
    let folder = try Launcher.temporaryDirectory()
    defer { try? FileManager.default.removeItem(at: folder) }
    let result = try Launcher.run([
      "--init", Launcher.golden("\(name)/init.safetensors"), "--bptt", "\(recorded.bptt)", "--epochs",
      "\(recorded.epochs)", "--lr", "\(recorded.lrMax)", "--no-lr-find", "--quiet", "--out", folder.path + "/run",
    ])
    try #require(result.status == 0, "\(result.errors)")
    let lines = try String(contentsOfFile: folder.path + "/run/metrics.jsonl", encoding: .utf8).split(separator: "\n")
    let objects = try lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    func numbers(_ kind: String, _ field: String) -> [Double] {
      objects.filter { $0["kind"] as? String == kind }.compactMap { $0[field] as? Double }
    }
    func error(_ ours: [Double], _ theirs: [Double]) -> Double {
      zip(ours, theirs).map { abs($0 - $1) / abs($1) }.max() ?? .infinity
    }
    let losses = numbers("step", "loss")
    #expect(losses.count == recorded.trainLossPerStep.count)
    #expect(error(Array(losses[..<50]), recorded.trainLossPerStep) < tolerance)
    #expect(error(numbers("step", "lr"), recorded.lrPerStep) < 1e-6)
    #expect(error(numbers("step", "momentum"), recorded.momentumPerStep) < 1e-6)
    #expect(error(numbers("epoch", "valid_loss").suffix(1), recorded.validLossPerEpoch.suffix(1)) < 0.02)
    #expect(error(numbers("epoch", "accuracy").suffix(1), recorded.accuracyPerEpoch.suffix(1)) < 0.02)
  }
}
