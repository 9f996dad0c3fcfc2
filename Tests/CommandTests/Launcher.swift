import Foundation

/// Runs the built program, alone or under a real `mpirun`.
struct Launcher {
  struct Result {
    let status: Int32
    let output: String
    let errors: String
    /// The `digest` line's hex digits.
    var digest: String? {
      output.split(separator: "\n").last { $0.hasPrefix("digest ") }.map { String($0.dropFirst(7)) }
    }
    /// The program's own lines on standard error.
    var ownErrors: [String] { errors.split(separator: "\n").map(String.init).filter { $0.hasPrefix("dist-train: ") } }
  }

  /// The build directory: that of the running test bundle.
  static let buildDirectory: URL = {
    // …/release/dist-trainPackageTests.xctest
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: bundle).deletingLastPathComponent()
  }()

  /// - ranks: 0 runs it alone.
  static func run(ranks: Int = 0, _ arguments: [String], seconds: Double = 120) throws -> Result {
    let program = buildDirectory.appendingPathComponent("dist-train").path
    let mpirun = ProcessInfo.processInfo.environment["DIST_TRAIN_MPI"] == "mpich" ? "mpirun.mpich" : "mpirun"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["timeout", "-k", "2", "\(seconds)"] + (ranks > 0 ? [mpirun, "-np", "\(ranks)"] : []) + [program] + arguments
    var environment = ProcessInfo.processInfo.environment
    environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
    environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    environment["OMPI_MCA_rmaps_base_oversubscribe"] = "1"
    process.environment = environment
    let folder = try temporaryDirectory()
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = try ["output", "errors"].map { name in
      let file = folder.appendingPathComponent(name)
      _ = FileManager.default.createFile(atPath: file.path, contents: nil)
      return (file, try FileHandle(forWritingTo: file))
    }
    process.standardOutput = files[0].1
    process.standardError = files[1].1
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: try String(contentsOf: files[0].0, encoding: .utf8),
      errors: try String(contentsOf: files[1].0, encoding: .utf8))
  }

  /// A fresh directory.
  static func temporaryDirectory() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("dist-train-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

}
