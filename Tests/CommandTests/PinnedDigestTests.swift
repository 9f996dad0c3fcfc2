import Foundation
import Launching
import Testing

/// Digests that no later version may change: whatever is rebuilt inside, a configuration goes on to the same bits.
///
/// The checkpoints under `Tests/Compatibility` were written by version 0.1.0 ("dist-train checkpoint 1") at step 300 of
/// `--model M --epochs 2 --lr 2e-3 --no-lr-find`.
@Suite(.serialized) struct PinnedDigestTests {
  /// What a notebook model is known to end in.
  struct Pin: CustomTestStringConvertible, Sendable {
    let model: String
    /// After 300 of the 522 steps.
    let short: String
    /// After all 522, by way of the old checkpoint of step 300.
    let resumed: String
    var testDescription: String { model }
  }

  static let pins = [
    Pin(
      model: "model0", short: "d713b6e24668fe4e445afc5e028a233c4b7dc2aae084fd823416c0c90b5b14f7",
      resumed: "0f5107bdef3ac02629b93215e27a68b385635c4f0d423d1025133c6a9eafe073"),
    Pin(
      model: "model1", short: "180569e12d035816d08cb36ad0228105d8ca7f7597544a2109c1e9dfdd810fbd",
      resumed: "38b899a97f4d73a142572a9d9dae69f61278c2575cc9664149e6e9233f97fd33"),
    Pin(
      model: "model2", short: "51691234258c225813601eced2e362925edf2843251fd63529486986546a4b0c",
      resumed: "19c322bba2b0fe3988dce2fc29c09ee0b97358c22958f7f7ce0f75b81cb6db5d"),
    Pin(
      model: "model3", short: "bd0f30b70edae845cc0d27a3ff667d4538a24b84113a84546644d12e73f5443d",
      resumed: "c095c37be307d43d6ad47b1621e8765870f1803cd4955c94e76b0487ed309c33"),
  ]

  static let withoutFiles = ["--out", "none", "--quiet"]

  @Test func theDefaultJobHasItsDigest() throws {
    let result = try Launcher.run(Self.withoutFiles)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.digest == "2d782559c3812f6f4d954d2404e850450b3d91c9f94c57f27f5c4ffe71bd49d9")
  }

  @Test(arguments: pins) func aShortRunHasItsDigest(pin: Pin) throws {
    let result = try Launcher.run(
      ["--model", pin.model, "--epochs", "2", "--lr", "2e-3", "--steps", "300", "--no-lr-find", "--threads", "1"]
        + Self.withoutFiles)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.digest == pin.short)
  }

  @Test(arguments: pins, [1, 3]) func anOldCheckpointIsTakenUp(pin: Pin, threads: Int) throws {
    let checkpoint = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Compatibility/\(pin.model)-step300.safetensors").standardizedFileURL
    let result = try Launcher.run(
      ["--resume", checkpoint.path, "--steps", "522", "--threads", "\(threads)"] + Self.withoutFiles)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.digest == pin.resumed)
  }
}
