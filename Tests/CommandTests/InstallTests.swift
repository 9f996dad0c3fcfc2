import Foundation
import Launching
import Testing

@testable import DistTrain

/// `Launch/install`, and what it installs: the program, its manual page, completions.
@Suite(.serialized) struct InstallTests {
  /// A checkout that has been built, with a compiler that has nothing to do.
  private func install(_ arguments: [String], in folder: TemporaryDirectory, prefix: [String] = []) throws -> Finished {
    let files = FileManager.default
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
    let checkout = folder.path + "/checkout"
    if !files.fileExists(atPath: checkout) {
      for part in ["Launch", ".build", "bin"] {
        try files.createDirectory(atPath: "\(checkout)/\(part)", withIntermediateDirectories: true)
      }
      for name in ["install", "setup"] {
        try files.copyItem(
          atPath: root.appendingPathComponent("Launch/\(name)").path, toPath: "\(checkout)/Launch/\(name)")
      }
      try files.createSymbolicLink(
        atPath: checkout + "/.build/release",
        withDestinationPath: URL(fileURLWithPath: BuiltProgram("dist-train").path).deletingLastPathComponent().path)
      for (name, body) in [("swift", LaunchScriptTests.swift), ("pkg-config", ""), ("mpirun.openmpi", "")] {
        let file = try folder.file("checkout/bin/\(name)", Data("#!/bin/sh\n\(body)\n".utf8))
        try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
      }
    }
    let path = "\(checkout)/bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
    return try BuiltProgram(path: checkout + "/Launch/install").run(
      arguments, prefix: prefix + ["env", "PATH=\(path)"], seconds: 60)
  }

  @Test func everythingUnderThePrefix() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let prefix = folder.path + "/prefix with space"
    // A second time it replaces what is there.
    for _ in 0..<2 {
      let run = try install(["--prefix", prefix], in: folder)
      #expect(run.status == 0, "\(run.errors)")
      #expect(
        run.output == ["installed \(prefix)/bin/dist-train, its manual page and the completions of bash, zsh and fish"])
    }
    #expect(
      try Set(FileManager.default.subpathsOfDirectory(atPath: prefix).filter { !$0.hasSuffix("/") })
        .isSuperset(of: [
          "bin/dist-train", "share/man/man1/dist-train.1", "share/bash-completion/completions/dist-train",
          "share/zsh/site-functions/_dist-train", "share/fish/vendor_completions.d/dist-train.fish",
        ]))
    let version = try BuiltProgram(path: prefix + "/bin/dist-train").run(["--version"])
    #expect(try version.status == 0 && version.output == BuiltProgram("dist-train").run(["--version"]).output)

    // What bash completes, asked as it asks.
    let script = """
      shopt -s extglob; source "$1"; shift; COMP_WORDS=("$@")
      COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
      _dist-train dist-train "${@: -1}" "${@: -2:1}"; echo "${COMPREPLY[@]}"
      """
    for (words, completed) in [
      (["train", "--batch-s"], "--batch-size --batch-size-per-worker"), (["gen"], "generate"),
      (["train", "--hidden-state", "c"], "carry"), (["generate", "--weights", prefix + "/bi"], prefix + "/bin"),
      (["train", "--data", prefix + "/bi"], prefix + "/bin"), (["tokenize", prefix + "/bi"], prefix + "/bin"),
      (["verify", prefix + "/bin/dist"], prefix + "/bin/dist-train"),
    ] {
      let completion = try BuiltProgram(path: "/bin/bash").run(
        ["-c", script, "bash", prefix + "/share/bash-completion/completions/dist-train", "dist-train"] + words)
      #expect(completion.output == [completed], "\(words): \(completion.errors)")
    }
  }

  #if os(Linux)
    /// Nodes of a cluster have the MPI library and no Swift.
    @Test func theProgramNeedsNoSwift() throws {
      let libraries = try BuiltProgram(path: "/usr/bin/env").run(["ldd", BuiltProgram("dist-train").path])
      #expect(libraries.status == 0 && libraries.output.contains { $0.contains("libc.so") }, "\(libraries.errors)")
      #expect(!libraries.output.contains { $0.contains("swift") || $0.contains("Foundation") }, "\(libraries.output)")
    }
  #endif

  /// Directories that nobody may write to, root neither.
  @Test func whereNothingCanBeWritten() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let file = try folder.file("file").path
    for (arguments, place) in [(["--prefix", "/proc/none"], "/proc/none/bin"), (["--prefix=\(file)"], "\(file)/bin")] {
      let run = try install(arguments, in: folder)
      #expect(run.status == 1)
      #expect(
        run.errors == [
          "install: can't write to \(place): run it as root, or give --prefix a directory of yours, such as ~/.local"
        ])
    }
    for arguments in [["--prefix"], ["--prefix="], ["--fast"]] {
      let run = try install(arguments, in: folder)
      #expect(run.status == 1 && run.errors.count == 1 && run.errors[0].hasPrefix("install: "), "\(run.errors)")
    }
  }

  static let hasManual = MPILauncher.isOnPath("man") && MPILauncher.isOnPath("groff")

  @Test func theManualHasEveryCommandAndOption() throws {
    let page = try BuiltProgram("dist-train").run(["manual"]).output.joined(separator: "\n")
    func names(_ command: CommandDescription) -> [String] {
      command.arguments.filter(\.isShown).flatMap(\.names) + command.subcommands.filter(\.isShown).flatMap(names)
    }
    for name in Set(names(CommandDescription.root)).subtracting(["help", "version"]) {
      #expect(page.contains("\\fB\\-\\-\(name.replacing("-", with: "\\-"))\\fR"), "\(name)")
    }
    for command in CommandDescription.root.subcommands where command.isShown && command.subcommands.isEmpty {
      #expect(page.contains("\n.SS \(command.name.replacing("-", with: "\\-"))\n"))
    }
  }

  @Test(.enabled(if: hasManual, "man is not installed"))
  func manRendersItWithoutWarnings() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let page = try BuiltProgram("dist-train").run(["manual"]).output.joined(separator: "\n") + "\n"
    let file = try folder.file("dist-train.1", Data(page.utf8)).path
    let run = try BuiltProgram(path: "/usr/bin/env").run(
      ["man", "--warnings", "-l", file],
      environment: ["MANWIDTH": "100", "LC_ALL": "C.UTF-8", "MAN_KEEP_FORMATTING": ""])
    #expect(run.status == 0)
    #expect(run.errors.isEmpty, "\(run.errors)")
    #expect(run.output.contains { $0.contains("--batch-size n") }, "\(run.output)")
    // Examples stand as they are typed, however long.
    #expect(run.output.allSatisfy { $0.count <= 100 || $0.contains("  dist-train ") })
  }

  /// Each command's help has an example, which begins as the command is called.
  @Test func helpTeaches() throws {
    func check(_ command: CommandDescription, _ words: String) {
      for sub in command.subcommands where sub.isShown { check(sub, "\(words) \(sub.name)") }
      guard command.subcommands.isEmpty else { return }
      let examples = command.discussion.split(separator: "\n").filter { $0.hasPrefix("Example: ") }
      #expect(examples.contains { $0.contains(words) }, "\(words)")
    }
    check(CommandDescription.root, "dist-train")
  }
}
