import Foundation
import Launching
import Testing

/// The commands that the README shows, one after the other, in a directory like a fresh checkout's that has been built.
@Suite(.serialized) struct ReadmeTests {
  @Test func everyCommandWorks() throws {
    let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../README.md")
    let text = try String(contentsOf: readme, encoding: .utf8)
    let commands = text.split(separator: "\n")
      .filter { $0.hasPrefix("    .build/release/") || $0.hasPrefix("    mpirun -np ") }
      .map { $0.split(separator: " #")[0].trimmingCharacters(in: .whitespaces) }
    #expect(commands.count > 15)

    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let release = URL(fileURLWithPath: BuiltProgram("dist-train").path).deletingLastPathComponent()
    try FileManager.default.createDirectory(atPath: folder.path + "/.build", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/.build/release", withDestinationPath: release.path)
    let lines = (0..<400).map { "ten green bottles, number \($0 % 10) of them, hanging on the wall\n" }
    for name in ["my.txt", "more.txt"] { try folder.file(name, Data(lines.joined().utf8)) }

    let yaml = try #require(text.firstMatch(of: #/```yaml\n([^`]*)```/#)?.output.1)
    try folder.file("run.yaml", Data(yaml.utf8))

    var digests: [String] = []
    for command in commands {
      let words = command.split(separator: " ").map(String.init)
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
}
