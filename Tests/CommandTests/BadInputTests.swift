import Foundation
import Testing

/// Under `mpirun -np 4`, each bad input gives one line, once, and its exit code.
@Suite(.serialized) struct BadInputTests {
  @Test(
    arguments: [
      (["--bogus"], 64), (["--model", "model9"], 64), (["--batch-size", "0"], 64), (["--lanes", "3"], 64),
      (["--bptt", "60000"], 64), (["--train", "/nowhere/t", "--valid", "/nowhere/v"], 74),
      (["--init", "/nowhere/w"], 74), (["--out", "/proc/none/here"], 74),
    ] as [([String], Int32)])
  func oneLineAndACode(arguments: [String], code: Int32) throws {
    let output = arguments.contains("--out") ? [] : ["--out", "none"]
    let result = try Launcher.run(ranks: 4, arguments + output, seconds: 20)
    #expect(result.status == code, "\(result.errors)")
    #expect(result.ownErrors.count == 1, "\(result.errors)")
    #expect(result.digest == nil)
  }

  @Test func damagedTextsAndWeights() throws {
    let folder = try Launcher.temporaryDirectory()
    defer { try? FileManager.default.removeItem(at: folder) }
    func file(_ name: String, _ bytes: Data) throws -> String {
      let url = folder.appendingPathComponent(name)
      try bytes.write(to: url)
      return url.path
    }
    let good = try file("good", Data("one \ntwo \none \ntwo \n".utf8))
    let weights = try Data(contentsOf: URL(fileURLWithPath: GoldenRun.path("model3/init.safetensors")))
    for arguments in [
      ["--train", try file("empty", Data()), "--valid", good],
      ["--train", try file("latin", Data([97, 10, 0xFF, 10])), "--valid", good],
      ["--train", try file("line", Data("one two\n".utf8)), "--valid", good],
      ["--init", try file("cut", weights.prefix(1000))], ["--init", good],
      ["--init", try file("whole", weights), "--hidden", "32"],
    ] {
      let result = try Launcher.run(ranks: 2, arguments + ["--out", "none"], seconds: 20)
      #expect(result.status == 65, "\(arguments): \(result.errors)")
      #expect(result.ownErrors.count == 1, "\(arguments): \(result.errors)")
    }
  }

  @Test func anEarlierRunStaysAsItWas() throws {
    let folder = try Launcher.temporaryDirectory()
    defer { try? FileManager.default.removeItem(at: folder) }
    let arguments = ["--epochs", "1", "--steps", "5", "--no-lr-find", "--out", folder.path + "/run"]
    #expect(try Launcher.run(arguments).status == 0)
    let before = try Data(contentsOf: folder.appendingPathComponent("run/model.safetensors"))
    #expect(try Launcher.run(arguments + ["--seed", "7"]).status == 74)
    #expect(try Data(contentsOf: folder.appendingPathComponent("run/model.safetensors")) == before)
  }
}
