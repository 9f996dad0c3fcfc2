import Foundation
import Launching
import SystemPackage
import Testing

@testable import Data
@testable import Fitting
@testable import Models
@testable import Reports
@testable import Runs
@testable import Tokenization
import Training

@Suite(.serialized) struct CheckpointFileTests {
  let runs: Runs

  init() throws { runs = try Runs() }

  @Test func anyChangeIsFound() throws {
    defer { runs.remove() }
    #expect(try runs.run(["--epochs", "1", "--steps", "30", "--out", runs.path("run")]).status == 0)
    let bytes = try runs.bytes(#require(try runs.checkpoints("run").last))
    let checkpoint = try Checkpoint(bytes)
    #expect(checkpoint.fit.step == 30)
    #expect(checkpoint.vocabulary.count == 40)
    for end in stride(from: 0, to: bytes.count, by: 1000) {
      #expect(throws: CheckpointError.damaged) { try Checkpoint(Array(bytes[..<end])) }
    }
    var random = RandomNumbers(seed: 1)
    // The header's length and the digest are sure to be among the places.
    let places = Array(0..<120) + (0..<880).map { _ in Int(random.next() % UInt64(bytes.count)) }
    for place in places {
      var changed = bytes
      changed[place] ^= 1 << UInt8(random.next() % 8)
      #expect(throws: CheckpointError.damaged) { try Checkpoint(changed) }
    }
    #expect(throws: CheckpointError.damaged) { try Checkpoint(bytes + [0]) }
  }

  @Test func onlyTheNewestAndTheBestAreKept() throws {
    defer { runs.remove() }
    let result = try runs.run(
      ["--epochs", "1", "--steps", "250", "--checkpoint-every", "40", "--keep", "2", "--out", runs.path("run")])
    #expect(result.status == 0)
    #expect(try runs.checkpoints("run").count <= 2)
    let entries = try FileManager.default.contentsOfDirectory(atPath: runs.path("run/checkpoints"))
    #expect(entries.allSatisfy { $0.hasPrefix("step-") }, "\(entries)")
    #expect(try runs.checkpoints("run").last?.hasSuffix("step-00000250.safetensors") ?? false)
  }

  /// However close to each other checkpoints are, one of three is from before a divergence that the newest has in it.
  @Test(arguments: [3, 5]) func oneIsSomeStepsBack(keep: Int) throws {
    defer { runs.remove() }
    #expect(try runs.run(["--epochs", "1", "--steps", "5", "--no-lr-find", "--out", runs.path("run")]).status == 0)
    // A sound one stands for all, as each of some hundred is written in turn.
    let path = FilePath(try #require(try runs.checkpoints("run").last))
    var steps: [Int] = []
    for step in stride(from: 5, through: 600, by: 5) {
      steps.insert(step, at: 0)
      let kept = SoundCheckpoints(carried: ["hidden"]).kept(steps.map { (step: $0, path: path) }, keep)
      steps.removeAll { !kept.contains($0) }
      #expect(steps.count == min(keep, step / 5) && steps[0] == step, "\(steps)")
      #expect(step < 110 || steps.contains { $0 <= step - 50 && $0 > step - 105 }, "\(steps)")
      #expect(keep < 5 || step < 10 || steps[1] == step - 5, "\(steps)")
    }
  }

  @Test func twoRunsPartAtTheirFirstDifference() throws {
    defer { runs.remove() }
    let options = ["--epochs", "1", "--checkpoint-every", "10", "--keep", "100", "--steps", "100"]
    for name in ["one", "other"] { #expect(try runs.run(options + ["--out", runs.path(name)]).status == 0) }
    let common = Set(try runs.checkpoints("one").map { ($0 as NSString).lastPathComponent })
      .intersection(try runs.checkpoints("other").map { ($0 as NSString).lastPathComponent }).sorted()
    #expect(try runs.run(["verify", runs.path("one"), runs.path("other")], quiet: false).status == 0)
    // A moment differs in the later half.
    for name in common.suffix(common.count / 2) {
      let file = runs.path("other/checkpoints/\(name)")
      var bytes = try runs.bytes(file)
      bytes[bytes.count - 4] ^= 1
      bytes.replaceSubrange(CheckpointSeal.place, with: CheckpointSeal.blank.utf8)
      CheckpointSeal.close(&bytes)
      try Data(bytes).write(to: URL(fileURLWithPath: file))
    }
    let result = try runs.run(["verify", runs.path("one"), runs.path("other")], quiet: false)
    #expect(result.status == 1)
    let first = try #require(common.suffix(common.count / 2).first)
    let step = try #require(Int(first.dropFirst(5).dropLast(12)))
    #expect(result.finished.output.contains { $0.contains("step \(step), first in hidden_state: 1 of") })
  }
}
