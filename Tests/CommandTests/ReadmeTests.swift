import Foundation
import Launching
import Testing

/// The commands that the README shows, one after the other, in a directory like a fresh checkout's that has been built.
@Suite(.serialized) struct ReadmeTests {
  @Test func everyCommandWorks() throws {
    let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../README.md")
    let text = try String(contentsOf: readme, encoding: .utf8)
    let commands = text.split(separator: "\n")
      .filter { line in ["    .build/release/", "    mpirun -np ", "    python3 "].contains { line.hasPrefix($0) } }
      .map { $0.split(separator: " #")[0].trimmingCharacters(in: .whitespaces) }
    #expect(commands.count > 15)

    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let release = URL(fileURLWithPath: BuiltProgram("dist-train").path).deletingLastPathComponent()
    try FileManager.default.createDirectory(atPath: folder.path + "/.build", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/.build/release", withDestinationPath: release.path)
    let launch = readme.deletingLastPathComponent().appendingPathComponent("Launch").path
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/Launch", withDestinationPath: launch)
    let lines = (0..<400).map { "ten green bottles, number \($0 % 10) of them, hanging on the wall\n" }
    for name in ["my.txt", "more.txt"] { try folder.file(name, Data(lines.joined().utf8)) }

    let yaml = try #require(text.firstMatch(of: #/```yaml\n([^`]*)```/#)?.output.1)
    try folder.file("run.yaml", Data(yaml.utf8))

    var digests: [String] = []
    for command in commands {
      var words = Self.words(command)
      if words[0] == "python3" {
        // Its packages may be missing, and with them the file that the command behind it reads.
        guard let python = ModelUseTests.python else { continue }
        words[0] = python
      }
      if ModelUseTests.python == nil, words.contains("back.safetensors") { continue }
      let typed = [words[0] == "mpirun" ? MPILauncher.ofThisBuild.command : words[0]] + words.dropFirst()
      let run = try BuiltProgram(path: "/usr/bin/env").run(typed, prefix: ["env", "--chdir", folder.path])
      #expect(run.status == 0, "\(command): \(run.errors)")
      #expect(!run.output.isEmpty, "\(command)")
      if command.contains("--quiet") { digests += run.output }
    }
    // Those that are said to print one digest.
    #expect(digests.count == 3)
    #expect(Set(digests).count == 1)
  }

  /// A command's words as a shell takes them: split at spaces outside of double quotes.
  private static func words(_ command: String) -> [String] {
    command.split(separator: "\"", omittingEmptySubsequences: false).enumerated().flatMap { index, part in
      index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
    }
  }
}
