import Foundation
import Launching
import Testing

/// The commands that the README shows, one after the other, in a directory like a fresh checkout's that has been built.
@Suite(.serialized) struct ReadmeTests {
  private static let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../README.md")

  /// The text, in two parts: the section that needs Python's libraries, and all else.
  private static func parts() throws -> (python: String, other: String) {
    let text = try String(contentsOf: readme, encoding: .utf8)
    let start = try #require(text.range(of: "\n## Weights in PyTorch\n"))
    let end = try #require(text.range(of: "\n## ", range: start.upperBound..<text.endIndex))
    let other = text[..<start.lowerBound] + text[end.lowerBound...]
    return (String(text[start.upperBound..<end.lowerBound]), String(other))
  }

  @Test func everyCommandWorks() throws {
    let text = try Self.parts().other
    let digests = try run(text, python: nil)
    // Those that are said to print one digest.
    #expect(digests.count == 3)
    #expect(Set(digests).count == 1)
  }

  @Test(
    .enabled(
      if: ModelUseTests.python != nil, "needs Python with torch, safetensors and numpy; DIST_TRAIN_PYTHON names it"))
  func everyCommandWithPyTorchWorks() throws {
    #expect(try run(try Self.parts().python, python: ModelUseTests.python).isEmpty)
  }

  /// A count of the tests would be another with the next one.
  @Test func noCountOfTestsIsClaimed() throws {
    let text = try String(contentsOf: Self.readme, encoding: .utf8)
    #expect(text.contains("`N passed, N failed, N skipped`"))
    #expect(!text.contains(#/[0-9]+ (passed|tests)/#))
  }

  /// Runs the commands that a part of the README shows. Returns what those with `--quiet` have printed.
  private func run(_ text: String, python: String?) throws -> [String] {
    let commands = text.split(separator: "\n")
      .filter { line in ["    .build/release/", "    mpirun -np ", "    python3 "].contains { line.hasPrefix($0) } }
      .map { $0.split(separator: " #")[0].trimmingCharacters(in: .whitespaces) }
    #expect(commands.count > 5)

    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let release = URL(fileURLWithPath: BuiltProgram("dist-train").path).deletingLastPathComponent()
    try FileManager.default.createDirectory(atPath: folder.path + "/.build", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/.build/release", withDestinationPath: release.path)
    let launch = Self.readme.deletingLastPathComponent().appendingPathComponent("Launch").path
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/Launch", withDestinationPath: launch)
    let lines = (0..<400).map { "ten green bottles, number \($0 % 10) of them, hanging on the wall\n" }
    for name in ["my.txt", "more.txt"] { try folder.file(name, Data(lines.joined().utf8)) }

    if let yaml = text.firstMatch(of: #/```yaml\n([^`]*)```/#)?.output.1 {
      try folder.file("run.yaml", Data(yaml.utf8))
    }

    var digests: [String] = []
    for command in commands {
      var words = Self.words(command)
      if words[0] == "python3" { words[0] = try #require(python, "\(command) is in a section without Python") }
      let typed = [words[0] == "mpirun" ? MPILauncher.ofThisBuild.command : words[0]] + words.dropFirst()
      let run = try BuiltProgram(path: "/usr/bin/env").run(typed, prefix: ["env", "--chdir", folder.path])
      #expect(run.status == 0, "\(command): \(run.errors)")
      #expect(!run.output.isEmpty, "\(command)")
      if command.contains("--quiet") { digests += run.output }
    }
    return digests
  }

  /// A command's words as a shell takes them: split at spaces outside of double quotes.
  private static func words(_ command: String) -> [String] {
    command.split(separator: "\"", omittingEmptySubsequences: false).enumerated().flatMap { index, part in
      index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
    }
  }
}
