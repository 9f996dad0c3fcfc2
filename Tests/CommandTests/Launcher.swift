import Foundation
import Launching

/// Runs the built program, alone or under a real `mpirun`.
struct Launcher {
  struct Result {
    /// Everything that the run left.
    let finished: Finished
    var status: Int32 { finished.status }
    /// Standard output.
    var output: String { finished.output.joined(separator: "\n") }
    /// Standard error, the launcher's lines among the program's.
    var errors: String { finished.errors.joined(separator: "\n") }
    /// The `digest` line's hex digits.
    var digest: String? { finished.output.last { $0.hasPrefix("digest ") }.map { String($0.dropFirst(7)) } }
    /// The program's own lines on standard error.
    var ownErrors: [String] { finished.errors.filter { $0.hasPrefix("dist-train: ") } }
  }

  /// - ranks: 0 runs it alone.
  static func run(ranks: Int = 0, _ arguments: [String], seconds: Int = 120) throws -> Result {
    Result(
      finished: try BuiltProgram("dist-train").run(arguments, ranks: ranks > 0 ? ranks : nil, seconds: seconds))
  }

  /// A fresh directory.
  static func temporaryDirectory() throws -> URL { URL(fileURLWithPath: try TemporaryDirectory().path) }
}
