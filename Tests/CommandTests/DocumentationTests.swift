import Foundation
import Launching
import Testing

/// The libraries' documentation, made of the comments of this build by `Launch/docs`.
@Suite struct DocumentationTests {
  /// Where the compiler is, with `docc` beside it.
  static let compiler = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/swift" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }
  static let hasDocC = compiler.map {
    let place = URL(fileURLWithPath: $0).resolvingSymlinksInPath().deletingLastPathComponent()
    return FileManager.default.isExecutableFile(atPath: place.path + "/docc")
  }

  // The script is for builds with Open MPI.
  #if !MPICH
    /// Warnings are errors there: links that lead nowhere among them.
    @Test(.enabled(if: hasDocC ?? false, "no docc beside swift")) func itBuildsWithoutWarnings() throws {
      let folder = try TemporaryDirectory()
      defer { folder.remove() }
      let files = FileManager.default
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..").path
      let build = URL(fileURLWithPath: BuiltProgram("dist-train").path).deletingLastPathComponent()
        .resolvingSymlinksInPath()
      let checkout = folder.path + "/checkout"
      for part in [".build", "bin"] {
        try files.createDirectory(atPath: "\(checkout)/\(part)", withIntermediateDirectories: true)
      }
      for part in ["Launch", "Sources"] {
        try files.createSymbolicLink(atPath: "\(checkout)/\(part)", withDestinationPath: "\(root)/\(part)")
      }
      try files.createSymbolicLink(atPath: checkout + "/.build/release", withDestinationPath: build.path)
      let checkouts = build.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("checkouts")
      try files.createSymbolicLink(atPath: checkout + "/.build/checkouts", withDestinationPath: checkouts.path)
      // Nothing is to be built; while tests run, the package manager would wait for their end.
      let script = "#!/bin/sh\n[ \"$1\" = build ] || exec \(Self.compiler ?? "swift") \"$@\"\n"
      let swift = try folder.file("checkout/bin/swift", Data(script.utf8))
      try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: swift.path)
      let path = "\(checkout)/bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "")

      let run = try BuiltProgram(path: "/bin/bash").run(
        [checkout + "/Launch/docs", "--out", folder.path + "/docs"], prefix: ["env", "PATH=\(path)"], seconds: 300)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output == ["MPI", "Training"].map { "\(folder.path)/docs/\($0)" })
      for page in ["MPI/data/documentation/mpi/communicator", "Training/data/documentation/training/learner"] {
        #expect(files.fileExists(atPath: "\(folder.path)/docs/\(page).json"))
      }
    }
  #endif

  @Test func wrongArguments() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..").path
    for (arguments, line) in [
      (["--fast"], "docs: unknown argument '--fast'; usage: Launch/docs [--out DIR]"),
      (["--out"], "docs: --out takes a directory"),
    ] {
      let run = try BuiltProgram(path: "\(root)/Launch/docs").run(arguments)
      #expect(run.status == 1 && run.errors == [line])
    }
  }
}
