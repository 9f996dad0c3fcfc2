import Foundation
import Launching
import Testing

/// The recorder of the golden runs makes them again, and says so when it doesn't.
@Suite(.serialized) struct GoldenRecorderTests {
  static let python = Python.having("torch, safetensors, numpy")
  static let recorder = GoldenRun.path("record.py")

  @Test(.enabled(if: python != nil, "needs Python with torch, safetensors and numpy; DIST_TRAIN_PYTHON names it"))
  func recordedRunsComeOutAgain() throws {
    let cases = ["model1", "gru2", "awd-lstm", "lr-find-model3"]
    let result = try #require(Self.python).run([Self.recorder, "--check"] + cases.map(GoldenRun.path), seconds: 300)
    #expect(result.status == 0, "\(result.output) \(result.errors)")
    #expect(result.output.filter { !$0.hasPrefix(" ") } == cases.map { "\($0):" })
    #expect(result.output.count > 30 && !result.output.contains { $0.contains("BEYOND") }, "\(result.output)")
  }

  @Test(.enabled(if: python != nil, "needs Python with torch, safetensors and numpy; DIST_TRAIN_PYTHON names it"))
  func anotherRunIsToldApart() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let copy = folder.path + "/rnn"
    try FileManager.default.copyItem(atPath: GoldenRun.path("rnn"), toPath: copy)
    var run = try #require(
      try JSONSerialization.jsonObject(with: Data(GoldenRun.bytes("rnn/run.json"))) as? [String: Any])
    run["lr_max"] = 4e-3
    try JSONSerialization.data(withJSONObject: run).write(to: URL(fileURLWithPath: copy + "/run.json"))
    let result = try #require(Self.python).run([Self.recorder, "--check", copy], seconds: 120)
    #expect(result.status == 1, "\(result.errors)")
    #expect(result.output.contains { $0.contains("rates") && $0.contains("BEYOND") }, "\(result.output)")
  }
}
