import Foundation
import Launching
import Testing

/// A script beside this file, which sets up a cluster inside this machine and runs a command in it.
struct Cluster: Sendable {
  /// The directory of this checkout.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
    .standardizedFileURL.path

  private let script: String
  /// Why it can't be set up here; nil where it can.
  let obstacle: String?

  /// Two hosts with a network between them.
  static let twoHosts = Cluster("two-hosts")
  /// A Slurm of one node.
  static let slurm = Cluster("one-node-slurm")

  private init(_ name: String) {
    script = Self.path(name)
    // It tells in one line, with the exit code 69.
    let trial = try? BuiltProgram(path: script).run(["true"], seconds: 30)
    obstacle = trial?.status == 0 ? nil : trial?.errors.last ?? "\(name) doesn't run"
  }

  static func path(_ name: String) -> String { "\(root)/Tests/ClusterTests/\(name)" }

  /// Runs a command in it.
  ///
  /// - folder: to run it in.
  func run(_ command: [String], in folder: String, environment: [String: String] = [:], seconds: Int) throws -> Finished
  {
    try BuiltProgram(path: "/usr/bin/env").run(
      ["--chdir", folder, script] + command, environment: environment, seconds: seconds)
  }
}

/// A directory like a fresh checkout's that has been built.
struct Checkout {
  private let folder: TemporaryDirectory
  var path: String { folder.path }

  init() throws {
    folder = try TemporaryDirectory()
    let release = URL(fileURLWithPath: BuiltProgram("dist-train").path).deletingLastPathComponent().path
    try FileManager.default.createDirectory(atPath: path + "/.build", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: path + "/.build/release", withDestinationPath: release)
    try FileManager.default.createSymbolicLink(atPath: path + "/Launch", withDestinationPath: Cluster.root + "/Launch")
  }

  func remove() { folder.remove() }

  /// The metrics of a run there, without times.
  func metrics(_ run: String) throws -> String {
    try String(contentsOfFile: "\(path)/\(run)/metrics.jsonl", encoding: .utf8)
      .replacing(#/"seconds":[0-9.e-]+/#, with: "")
  }
}

extension Finished {
  /// The digests printed.
  var digests: [String] { output.filter { $0.hasPrefix("digest ") } }
  /// Everything printed, to look at when something is amiss.
  var all: String { (output + errors).joined(separator: "\n") }
}

/// What a process alone makes of these options.
func digestAlone(_ options: [String], in folder: String) throws -> String {
  let alone = try BuiltProgram(path: "/usr/bin/env").run(
    ["--chdir", folder, ".build/release/dist-train", "--threads", "1", "--quiet"] + options)
  #expect(alone.status == 0, "\(alone.errors)")
  return try #require(alone.digests.first)
}
