import Foundation
import Launching
import Testing

/// The commands that the README and Launch/README.md show, one after the other, in a directory like a fresh checkout's
/// that has been built.
@Suite(.serialized) struct ReadmeTests {
  private static let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../README.md")

  private static let launch = readme.deletingLastPathComponent().appendingPathComponent("Launch")

  /// The text of both pages, in two parts: the section that needs Python's libraries, and all else.
  private static func parts() throws -> (python: String, other: String) {
    let more = try String(contentsOf: launch.appendingPathComponent("README.md"), encoding: .utf8)
    let text = try String(contentsOf: readme, encoding: .utf8) + "\n" + more
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

  /// What the page says that the main job prints is what it prints, apart from times and the directory's name.
  @Test func theOutputIsReal() throws {
    let text = try String(contentsOf: Self.readme, encoding: .utf8)
    let start = try #require(text.range(of: "\n    lr-find: "))
    let end = try #require(text.range(of: "\n\n", range: start.upperBound..<text.endIndex))
    let shown = text[start.lowerBound..<end.lowerBound].split(separator: "\n").map { $0.dropFirst(4) }
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let run = try Launcher.run(["--out", folder.path + "/runs/main"])
    #expect(run.status == 0, "\(run.errors)")
    func withoutFacts(_ line: some StringProtocol) -> String {
      String(line).replacing(#/\d\d:\d\d\.\d\d( \*)?$/#) { $0.output.1 ?? "" }.replacing(
        #/^run directory .*/#, with: "run directory")
    }
    let printed = run.output.split(separator: "\n").map { withoutFacts($0) }
    var rest = printed[...]
    for line in shown where line != "…" {
      let place = rest.firstIndex(of: withoutFacts(line))
      #expect(place != nil, "\(line): \(printed)")
      if let place { rest = rest[(place + 1)...] }
    }
    #expect(shown.count == 7 && printed.count == 14 && rest.isEmpty, "\(printed)")
    // And the steps of the whole schedule.
    let steps = try #require(text.firstMatch(of: #/schedule is that of ([0-9,]+) steps/#)?.output.1)
    let metrics = try String(contentsOfFile: folder.path + "/runs/main/metrics.jsonl", encoding: .utf8)
    let count = metrics.matches(of: #/"kind":"step"/#).count
    #expect(String(count) == steps.replacing(",", with: ""))
  }

  /// What is longer stands where it is looked up, and each page that is named is there.
  @Test func itIsShortAndItsLinksLeadSomewhere() throws {
    let text = try String(contentsOf: Self.readme, encoding: .utf8)
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 200)
    let links = text.matches(of: #/\]\(([^)#:]+)(?:#([^)]+))?\)/#)
    #expect(links.count > 5)
    for link in links {
      let file = Self.readme.deletingLastPathComponent().appendingPathComponent(String(link.output.1))
      #expect(FileManager.default.fileExists(atPath: file.path), "\(link.output.0)")
      guard let anchor = link.output.2 else { continue }
      let headings = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("## ") }
      let anchors = headings.map { $0.dropFirst(3).lowercased().replacing(" ", with: "-") }
      #expect(anchors.contains(String(anchor)), "\(link.output.0)")
    }
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
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/Launch", withDestinationPath: Self.launch.path)
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
