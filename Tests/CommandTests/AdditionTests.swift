import Foundation
import Launching
import Testing

/// The lists "How to add" of Sources/README.md, followed to the letter in a copy of the package.
///
/// It builds the program once more, so `DIST_TRAIN_ADDITIONS` asks for it, with the directory to build in.
@Suite(
  .serialized,
  .enabled(
    if: ProcessInfo.processInfo.environment["DIST_TRAIN_ADDITIONS"] != nil,
    "builds the program once more: DIST_TRAIN_ADDITIONS=DIR asks for it, in DIR"))
struct AdditionTests {
  private static let package = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardized
  private static let copy = package.appendingPathComponent(".build/additions")

  /// What one list asks for.
  struct List: Equatable {
    let title: String
    var newFiles: [String: String] = [:]
    var changes: [Change] = []

    struct Change: Equatable {
      let file: String
      var before = ""
      var after = ""
    }
  }

  /// The lists of the page: a block of Swift that begins with a file's path is that file, a block of differences
  /// changes one.
  static func lists(_ page: String) -> [List] {
    var lists: [List] = []
    var block: [Substring]?
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("### ") { lists.append(List(title: String(line.dropFirst(4)))) }
      guard !lists.isEmpty, line.isEmpty || line.hasPrefix("   ") else { continue }
      let text = line.dropFirst(3)
      if text.hasPrefix("```") {
        if let lines = block { lists[lists.count - 1].take(lines) }
        block = block == nil ? [] : nil
      } else {
        block?.append(text)
      }
    }
    return lists
  }

  @Test func theListsCanBeFollowed() throws {
    let page = try String(contentsOf: Self.package.appendingPathComponent("Sources/README.md"), encoding: .utf8)
    let lists = Self.lists(page)
    let counts = lists.map { [$0.title, "\($0.newFiles.count)", "\($0.changes.count)"] }
    #expect(
      counts == [
        ["A cell", "1", "1"], ["An optimizer", "1", "1"], ["An option", "0", "3"], ["A kernel", "1", "1"],
        ["An output file", "0", "2"],
      ])
    try write(lists)
    let directory = try #require(ProcessInfo.processInfo.environment["DIST_TRAIN_ADDITIONS"])
    let build = try Self.tool(
      "swift",
      [
        "build", "-c", "release", "--product", "dist-train", "--package-path", Self.copy.path, "--scratch-path",
        directory,
      ])
    try #require(build.status == 0, "\(build.output.suffix(40)) \(build.errors.suffix(10))")
    try useThem(BuiltProgram(path: directory + "/release/dist-train"))
  }

  /// The package's sources with all additions. What is there already stays untouched, so that nothing is built twice.
  private func write(_ lists: [List]) throws {
    var files: [String: Data] = [:]
    let sources = try ["Sources", "Tests"].flatMap { folder in
      try FileManager.default.subpathsOfDirectory(atPath: Self.package.appendingPathComponent(folder).path)
        .map { "\(folder)/\($0)" }
    }
    for path in ["Package.swift"] + sources {
      let file = Self.package.appendingPathComponent(path)
      if try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true {
        files[path] = try Data(contentsOf: file)
      }
    }
    for list in lists {
      for (path, text) in list.newFiles {
        #expect(files[path] == nil, "\(path) is there already")
        files[path] = Data(text.utf8)
      }
      for change in list.changes {
        let text = String(decoding: try #require(files[change.file], "\(change.file)"), as: UTF8.self)
        #expect(text.ranges(of: change.before).count == 1, "\(list.title): \(change.before)")
        files[change.file] = Data(text.replacing(change.before, with: change.after).utf8)
      }
    }
    let old = (try? FileManager.default.subpathsOfDirectory(atPath: Self.copy.path)) ?? []
    for path in old where path.hasSuffix(".swift") && !path.hasPrefix(".build/") && files[path] == nil {
      try FileManager.default.removeItem(at: Self.copy.appendingPathComponent(path))
    }
    for (path, data) in files {
      let file = Self.copy.appendingPathComponent(path)
      if (try? Data(contentsOf: file)) == data { continue }
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try data.write(to: file)
    }
  }

  private func useThem(_ program: BuiltProgram) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let options = [
      "--model", "leaky", "--layers", "2", "--optimizer", "plain", "--lr-factor", "0.5", "--lr", "0.1", "--epochs", "2",
      "--no-lr-find", "--quiet",
    ]
    let run = folder.path + "/run"
    func digest(_ arguments: [String], ranks: Int? = nil) throws -> String {
      let result = try program.run(arguments, ranks: ranks, launcher: .openMPI)
      #expect(result.status == 0, "\(result.errors)")
      return result.output.last ?? ""
    }
    let whole = try digest(options + ["--out", run])
    #expect(whole.hasPrefix("digest "))
    #expect(try digest(options + ["--threads", "2", "--out", "none"]) == whole)
    #expect(try digest(options + ["--steps", "300", "--out", run + "-cut"]) != whole)
    #if MPI
      #expect(try digest(options + ["--out", "none"], ranks: 3) == whole)
      #expect(try digest(["--resume", run + "-cut", "--steps", "522", "--quiet"], ranks: 2) == whole)
    #else
      #expect(try digest(["--resume", run + "-cut", "--steps", "522", "--quiet"]) == whole)
    #endif
    let configuration = try String(contentsOfFile: run + "/config.json", encoding: .utf8)
    #expect(configuration.contains(#""lr-factor": 0.5"#) || configuration.contains(#""lr-factor":0.5"#))
    let least = try String(contentsOfFile: run + "/least-loss.txt", encoding: .utf8)
    #expect((Double(least.dropLast()) ?? 0) > 0.5, "\(least)")
    let refused = try program.run(["--lr-factor", "0", "--out", "none"])
    #expect(refused.status == 64 && refused.errors.last?.contains("--lr-factor") == true, "\(refused.errors)")
    #expect(try program.run(["train", "--help"]).output.contains { $0.contains("--lr-factor <x>") })
    for command in ["evaluate", "generate"] {
      let result = try program.run([command, "--weights", run])
      #expect(result.status == 0, "\(result.errors)")
    }
    let kernels = try program.run(["bench", "kernels"])
    #expect(kernels.output.contains { $0.hasPrefix("scaled addition") }, "\(kernels.output)")
  }

  private static func tool(_ name: String, _ arguments: [String]) throws -> Finished {
    // The copy is for Open MPI, whichever library these tests are for.
    try BuiltProgram(path: "/usr/bin/env").run(["-u", "DIST_TRAIN_MPI", name] + arguments, seconds: 3600)
  }
}

extension AdditionTests.List {
  /// Takes a block of the page.
  fileprivate mutating func take(_ lines: [Substring]) {
    guard let first = lines.first else { return }
    let rest = lines.dropFirst()
    if first.hasPrefix("// Sources/") {
      newFiles[String(first.dropFirst(3))] = rest.map { $0 + "\n" }.joined()
    } else if first.hasPrefix("--- ") {
      func side(_ mark: Character) -> String {
        rest.filter { $0.first == mark }.map { String($0.dropFirst()) }.joined(separator: "\n")
      }
      changes.append(Change(file: String(first.dropFirst(4)), before: side("-"), after: side("+")))
    }
  }
}
