import Foundation
import Launching
import Testing

/// Output directories that can't be written or hold an earlier run: one line, exit code 74, everything as it was.
@Suite(.serialized) struct OutputTests {
  static let short = ["--epochs", "1", "--steps", "5", "--no-lr-find"]

  /// All that is in a directory, by path.
  private func contents(_ path: String) throws -> [String: Data] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: path)
    return Dictionary(
      uniqueKeysWithValues: names.map { name in
        (name, FileManager.default.contents(atPath: "\(path)/\(name)") ?? Data())
      })
  }

  @Test(arguments: aloneAndRanks) func placesThatCanNotBeWritten(ranks: Int?) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let file = try folder.file("file", Data("kept".utf8)).path
    // The kernel lets nobody write into /proc, root neither.
    for place in ["/proc/none/here", "/proc", file, file + "/below"] {
      try expectOneLine(
        Self.short + ["--out", place], status: 74, saying: "the output directory", ranks: ranks)
    }
    #expect(try contents(folder.path) == ["file": Data("kept".utf8)])
  }

  /// Whether this user may mount a file system of his own.
  static let mayMount = (try? BuiltProgram(path: "/bin/true").run([], prefix: ["unshare", "-m"]).status) == 0

  @Test(.enabled(if: mayMount, "mounting is not allowed here"), arguments: aloneAndRanks)
  func aReadOnlyFileSystem(ranks: Int?) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let mount = ["unshare", "-m", "sh", "-c", #"mount -t tmpfs -o ro none "$0" && exec "$@""#, folder.path]
    for place in [folder.path, folder.path + "/below"] {
      try expectOneLine(
        Self.short + ["--out", place], status: 74, saying: "(read-only file system): \(place)", ranks: ranks,
        prefix: mount)
    }
  }

  @Test(arguments: aloneAndRanks) func anEarlierRunStaysAsItWas(ranks: Int?) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let arguments = Self.short + ["--out", folder.path + "/run"]
    #expect(try Launcher.run(arguments).status == 0)
    let before = try contents(folder.path)
    #expect(before.keys.contains("run/model.safetensors"))
    for command in [arguments + ["--seed", "7"], ["lr-find", "--out", folder.path + "/run"]] {
      try expectOneLine(command, status: 74, saying: "holds an earlier run: \(folder.path)/run/", ranks: ranks)
    }
    #expect(try contents(folder.path) == before)
  }

  @Test func badInputMakesNoDirectory() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let out = ["--out", folder.path + "/run"]
    try expectOneLine(out + ["--bptt", "60000"], status: 64, saying: "bptt 60000", ranks: nil)
    try expectOneLine(out + ["--init", "/proc/none"], status: 74, saying: "/proc/none", ranks: nil)
    #expect(try contents(folder.path).isEmpty)
  }
}
