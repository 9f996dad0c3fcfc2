import Foundation
import Launching

/// Runs of the built program in a directory of their own.
struct Runs {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  /// The run directory of that name.
  func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  func remove() { folder.remove() }

  /// - ranks: 0 runs it alone.
  /// - signals: for `disturb`, that come `delay` seconds after the metrics of the run `name` have begun.
  func run(
    ranks: Int = 0, _ arguments: [String], signals: String? = nil, to name: String = "run", delay: Double = 0.3,
    environment: [String: String] = [:], quiet: Bool = true, seconds: Int = 60
  ) throws -> Outcome {
    let prefix = signals.map { [Self.script("disturb"), $0, path("\(name)/metrics.jsonl"), "\(delay)"] } ?? []
    return Outcome(
      finished: try BuiltProgram("dist-train").run(
        arguments + (quiet ? ["--quiet"] : []), ranks: ranks > 0 ? ranks : nil, prefix: prefix,
        environment: environment,
        seconds: seconds))
  }

  /// The metrics without what depends on time.
  func metrics(_ name: String) throws -> String {
    try String(contentsOfFile: path("\(name)/metrics.jsonl"), encoding: .utf8)
      .replacing(#/"seconds":[0-9.e-]+/#, with: "")
  }

  /// The checkpoints' paths, in the order of their steps.
  func checkpoints(_ name: String) throws -> [String] {
    let folder = path("\(name)/checkpoints")
    return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".safetensors") }.sorted()
      .map { "\(folder)/\($0)" }
  }

  func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

  static func script(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(name).path
  }
}

/// How a run has ended.
struct Outcome {
  let finished: Finished
  var status: Int32 { finished.status }
  var digest: String? { finished.output.last { $0.hasPrefix("digest ") }.map { String($0.dropFirst(7)) } }
  /// The program's own lines on standard error.
  var lines: [String] { finished.errors.filter { $0.hasPrefix("dist-train: ") } }
  /// Milliseconds from the signal until the last rank had ended.
  var untilGone: Int? {
    finished.output.last { $0.hasPrefix("ranks ") }.flatMap { Int($0.dropFirst(6)) }
  }
}
