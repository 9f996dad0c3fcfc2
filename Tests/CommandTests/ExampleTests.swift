import Foundation
import Launching
import Testing

/// The README's program with the library, which is `Tests/ExampleProgram`.
@Suite struct ExampleTests {
  private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")

  @Test func theReadmeShowsThatProgram() throws {
    let program = try String(
      contentsOf: root.appendingPathComponent("Tests/ExampleProgram/main.swift"), encoding: .utf8)
    let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    #expect(program.split(separator: "\n", omittingEmptySubsequences: false).count <= 21)
    #expect(readme.contains("```swift\n\(program)```\n"))
  }

  @Test(arguments: [nil, 2])
  func itTrainsOnATextOfOnesOwn(ranks: Int?) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    // A child's rhyme, again and again.
    let lines = (0..<300).map { "ten green bottles, number \($0 % 10) of them, hanging on the wall\n" }
    let text = try folder.file("text", Data(lines.joined().utf8))
    let program = BuiltProgram("ExampleProgram")
    let run = try program.run(
      [text.path], ranks: ranks, prefix: ["env", "--chdir", folder.path])
    #expect(run.status == 0, "\(run.errors)")
    let table = run.output.filter { $0.hasPrefix("epoch") || ["0 ", "1 ", "2 ", "3 ", "4 "].contains($0.prefix(2)) }
    #expect(table.count >= 6)
    #expect(run.output.contains { $0.contains("train, smoothed") })
    let picture = try String(contentsOfFile: folder.path + "/losses.svg", encoding: .utf8)
    #expect(picture.hasPrefix("<svg"))
    let missing = try program.run([folder.path + "/missing"], prefix: ["env", "--chdir", folder.path])
    #expect(missing.status == 74)
    #expect(missing.errors.count == 1)
  }
}
