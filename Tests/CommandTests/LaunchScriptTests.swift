import Foundation
import Launching
import Testing

/// The scripts in Launch on machines that lack something: a search path of their own stands in for the machine.
@Suite(.serialized) struct LaunchScriptTests {
  static let swift = "case $1 in --version) echo 'Swift version 6.2.1 (swift-6.2.1-RELEASE)' ;; *) exit 0 ;; esac"

  /// A machine with these commands, as shell scripts, beside the common ones.
  private func run(_ script: String, _ arguments: [String] = [], commands: [String: String]) throws -> Finished {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    for name in [
      "bash", "basename", "cat", "chmod", "dirname", "env", "grep", "head", "id", "mktemp", "nproc", "rm", "sed",
    ]
      + ["sh", "tail"] where commands[name] == nil
    {
      let place = try #require(
        ["/usr/bin", "/bin"].first { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") })
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/\(name)", withDestinationPath: "\(place)/\(name)")
    }
    for (name, body) in commands {
      let file = try folder.file(name, Data("#!/bin/sh\n\(body)\n".utf8))
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..").path
    return try BuiltProgram(path: "\(root)/Launch/\(script)").run(
      arguments, prefix: ["/usr/bin/env", "PATH=\(folder.path)"], seconds: 20)
  }

  private func expectOneLine(_ line: String, commands: [String: String]) throws {
    for script in ["train", "test"] {
      let result = try run(script, commands: commands)
      #expect(result.errors == ["\(script): \(line)"])
      #expect(result.output.isEmpty)
      #expect(result.status == 1)
    }
  }

  @Test func noSwift() throws {
    try expectOneLine(
      "no swift on PATH: install Swift 6.2 or newer (https://www.swift.org/install)", commands: [:])
  }

  @Test func anOldSwift() throws {
    try expectOneLine(
      "Swift 6.1 is too old: install Swift 6.2 or newer (https://www.swift.org/install)",
      commands: ["swift": "echo 'Apple Swift version 6.1.2 (swift-6.1.2-RELEASE)'"])
  }

  @Test func nothingToInstallWith() throws {
    try expectOneLine(
      "no MPI library, and no apt-get to install it: install pkg-config libopenmpi-dev openmpi-bin",
      commands: ["swift": Self.swift])
  }

  @Test func noPermissionToInstall() throws {
    try expectOneLine(
      "no MPI library, and neither root nor sudo to install it: install pkg-config libopenmpi-dev openmpi-bin",
      commands: ["swift": Self.swift, "id": "echo 1000", "apt-get": "exit 0"])
    let packages = "install pkg-config libopenmpi-dev openmpi-bin as root"
    try expectOneLine(
      "can't install an MPI library (sudo: a password is required): \(packages)",
      commands: [
        "swift": Self.swift, "id": "echo 1000", "apt-get": "exit 0",
        "sudo": "echo 'sudo: a password is required' >&2; exit 1",
      ])
    try expectOneLine(
      "can't install an MPI library (Could not open lock file): \(packages)",
      commands: [
        "swift": Self.swift, "id": "echo 0",
        "apt-get": "echo reading; echo 'E: Could not open lock file' >&2; exit 100",
      ])
  }

  /// What is missing is installed as root, then built, then run with as many ranks as cores, but at most four.
  @Test(arguments: [("3", "3"), ("64", "4")]) func whatIsMissingIsInstalled(cores: String, ranks: String) throws {
    let install = #"""
      folder=$(dirname "$0")
      case "$*" in
        *install*libopenmpi-dev*)
          for name in pkg-config mpirun.openmpi; do
            printf '#!/bin/sh\ncase $1 in -np) echo "$@" ;; esac\n' >"$folder/$name"
            chmod +x "$folder/$name"
          done ;;
      esac
      """#
    let result = try run(
      "train", ["--epochs", "1"],
      commands: ["swift": Self.swift, "id": "echo 0", "apt-get": install, "nproc": "echo \(cores)"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.first == "train: installing pkg-config libopenmpi-dev openmpi-bin")
    let line = try #require(result.output.first)
    #expect(line.hasPrefix("-np \(ranks) ") && line.hasSuffix("/.build/release/dist-train --epochs 1"), "\(line)")
  }

  /// All that some test is skipped without: both MPI libraries are there, and nothing else.
  @Test func allTestsWantTheirTools() throws {
    let result = try run(
      "test", ["--all"],
      commands: [
        "swift": Self.swift, "id": "echo 1000", "apt-get": "exit 0", "pkg-config": "exit 0",
        "mpirun.openmpi": "exit 0", "mpirun.mpich": "exit 0", "slurmctld": "exit 0", "man": "exit 0",
      ])
    let line = try #require(result.errors.first)
    #expect(result.errors.count == 1 && result.status == 1 && result.output.isEmpty, "\(result.errors)")
    #expect(line.hasPrefix("test: no tool of the tests, and neither root nor sudo to install it: install munge "))
    #expect(line.contains(" qemu-user gcc-aarch64-linux-gnu ") && !line.contains("slurm") && !line.contains("man-db"))
  }

  @Test func unknownArguments() throws {
    let usage = "usage: Launch/test [--mpi openmpi|mpich] [--portable] [--again] [--all [--minutes N]]"
    for (arguments, line) in [
      (["--fast"], "unknown argument '--fast'; \(usage)"), (["--mpi"], "--mpi takes openmpi or mpich"),
      (["--mpi=lam"], "--mpi takes openmpi or mpich, not 'lam'"),
      (["--all", "--minutes", "1h"], "--minutes takes a number; \(usage)"),
      (["--all", "--minutes"], "--minutes takes a number; \(usage)"),
      (["--minutes", "60"], "--minutes goes with --all; \(usage)"),
    ] {
      let result = try run("test", arguments, commands: [:])
      #expect(result.errors == ["test: \(line)"])
      #expect(result.status == 1)
    }
  }
}
