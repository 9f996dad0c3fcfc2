import Foundation
import Launching
import Testing
import Training

/// Stacks of other shapes and options than the recorded ones, beside plain PyTorch: `Golden/stacks.py`.
@Suite struct StackReferenceTests {
  private struct Reference: Decodable {
    let options: [String]
    let losses: [Double]
  }

  static let python = Python.having("torch, safetensors, numpy")

  /// Ten steps: each loss within 2e-5, all weights as close as those of recorded runs.
  @Test(
    .enabled(
      if: python != nil, "needs Python with torch, safetensors and numpy; DIST_TRAIN_PYTHON names another Python"))
  func tenStepsAreThoseOfPyTorch() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let reference = try #require(Self.python).run(
      [GoldenRun.path("stacks.py"), folder.path + "/reference"], seconds: 600)
    let line = try #require(reference.output.last, "\(reference.errors)")
    let cases = try JSONDecoder().decode([String: Reference].self, from: Data(line.utf8))
    #expect(cases.count > 10)
    for (name, expected) in cases.sorted(by: { $0.key < $1.key }) {
      let weights = "\(folder.path)/reference/\(name)"
      let run = "\(folder.path)/\(name)"
      let result = try Launcher.run(
        expected.options + ["--init", weights + "/init.safetensors", "--no-lr-find", "--quiet", "--out", run])
      try #require(result.status == 0, "\(name): \(result.errors)")
      let losses = try Metrics(run).numbers("step", "loss")
      try #require(losses.count == 10 && expected.losses.count == 10, "\(name)")
      let error = zip(losses, expected.losses).map { abs($0 - $1) / abs($1) }.max() ?? .infinity
      #expect(error < 2e-5, "\(name): \(error)")
      let ours = try SafetensorsFile(Array(Data(contentsOf: URL(fileURLWithPath: run + "/model.safetensors"))))
      let theirs = try SafetensorsFile(
        Array(Data(contentsOf: URL(fileURLWithPath: weights + "/after-step10.safetensors"))))
      #expect(!theirs.tensors.isEmpty)
      for tensor in theirs.tensors {
        let differences = zip(
          try ours.floats(tensor.name, shape: tensor.shape), try theirs.floats(tensor.name, shape: tensor.shape)
        ).map { Double(abs($0 - $1)) }
        let square = differences.reduce(0) { $0 + $1 * $1 } / Double(max(differences.count, 1))
        #expect(square.squareRoot() < 1e-5, "\(name): \(tensor.name)")
        #expect(differences.max() ?? .infinity < 5e-4, "\(name): \(tensor.name)")
      }
    }
  }
}
