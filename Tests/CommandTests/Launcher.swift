import Foundation
import Launching
import Testing

/// Runs the built program, alone or under a real `mpirun`.
struct Launcher {
  struct Result {
    /// Everything that the run left.
    let finished: Finished
    var status: Int32 { finished.status }
    /// Standard output.
    var output: String { finished.output.map { $0 + "\n" }.joined() }
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

/// Expects one line `dist-train: <what>: <where>; <what to do>`, the exit code, within 5 seconds, and nothing else left
/// behind.
///
/// - text: what the line says, apart from its form.
/// - prefix: a command that starts the whole.
func expectOneLine(
  _ arguments: [String], status: Int32, saying text: String, ranks: Int?, prefix: [String] = [],
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let result = try BuiltProgram("dist-train").run(arguments, ranks: ranks, prefix: prefix, seconds: 20)
  let own = result.errors.filter { $0.hasPrefix("dist-train: ") }
  #expect(own.count == 1, "\(result.errors)", sourceLocation: sourceLocation)
  #expect(own.allSatisfy { $0.contains(#/^dist-train: .+: .+; .+$/#) }, "\(own)", sourceLocation: sourceLocation)
  #expect(own.allSatisfy { $0.contains(text) }, "\(own)", sourceLocation: sourceLocation)
  // Alone, nobody else speaks.
  if ranks == nil { #expect(result.errors.count == own.count, sourceLocation: sourceLocation) }
  #expect(result.status == status, "\(own)", sourceLocation: sourceLocation)
  #expect(result.output.isEmpty, sourceLocation: sourceLocation)
  #expect(result.time < .milliseconds(slack(5000)), sourceLocation: sourceLocation)
  #expect(result.leftProcesses.isEmpty, sourceLocation: sourceLocation)
}

/// A process alone, and four ranks.
#if MPI
  let aloneAndRanks: [Int?] = [nil, 4]
#else
  let aloneAndRanks: [Int?] = [nil]
#endif
