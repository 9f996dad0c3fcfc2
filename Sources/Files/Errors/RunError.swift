/// The process exit codes of `dist-train`; a script reads from them what went wrong.
public enum ExitStatus: Int32, Sendable {
  /// All done.
  case success = 0
  /// Failed while running.
  case failure = 1
  /// Wrong usage or configuration.
  case usage = 64
  /// Bad input data or checkpoint.
  case badData = 65
  /// Input or output failed.
  case inputOutput = 74
  /// A rank was lost or stuck, or a stop was asked for and a checkpoint written: run again with `--resume`.
  case tryAgain = 75

  /// The status that `error` ends a process with: its own, or that of a failure while running.
  public init(of error: any Error) { self = (error as? RunError)?.status ?? .failure }
}

/// Why a run can't go on: one line for the user and the process's exit code.
public struct RunError: Error, Equatable, CustomStringConvertible {
  /// What is wrong: "batch size 0 is too small".
  public let problem: String
  /// Which file, option or rank it is about: "--batch-size".
  public let place: String
  /// What the user can do: "give a whole number from 1 on".
  public let remedy: String
  /// The exit code of the process.
  public let status: ExitStatus
  /// Whether all workers of a team throw it, behind the same collective operation, so that none waits for another and
  /// the team can go on.
  public private(set) var isAgreed = false

  /// An error that reads `<problem>: <place>; <remedy>`.
  public init(_ problem: String, at place: String, remedy: String, status: ExitStatus) {
    self.problem = problem
    self.place = place
    self.remedy = remedy
    self.status = status
  }

  /// `<problem>: <place>; <remedy>` on one line: line breaks and what else a terminal obeys in a path or a message are
  /// escaped as `PlainText.visible` has them everywhere.
  public var description: String { PlainText.visible("\(problem): \(place); \(remedy)") }
}

extension RunError {
  /// The same error, as all workers throw it.
  package var agreed: RunError {
    var error = self
    error.isAgreed = true
    return error
  }

  /// Whether both say the same.
  public static func == (one: RunError, other: RunError) -> Bool { one.message == other.message }
}

extension RunError {
  /// The error as bytes, from which `init(message:)` makes it again in another process.
  public var message: [UInt8] {
    [UInt8(status.rawValue)] + Array([problem, place, remedy].joined(separator: "\0").utf8)
  }

  /// The error that `message` describes.
  public init(message: [UInt8]) {
    let parts = message.dropFirst().split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard let status = message.first.flatMap({ ExitStatus(rawValue: Int32($0)) }), parts.count == 3 else {
      preconditionFailure("not a message of an error")
    }
    self.init(parts[0], at: parts[1], remedy: parts[2], status: status)
  }
}
