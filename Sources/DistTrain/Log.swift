import Logging
import Training

extension LogLevel {
  fileprivate var level: Logger.Level {
    switch self {
    case .debug: .debug
    case .info: .info
    case .warning: .warning
    case .error: .error
    }
  }
}

/// Facts about a run for those who look for them (`--log-level`), such as its workers; and warnings.
enum Log {
  /// A logger to standard error, silent on all processes but the job's first.
  static func logger(_ level: LogLevel, isFirst: Bool) -> Logger {
    Logger(label: "dist-train") { label in
      guard isFirst else { return SwiftLogNoOpLogHandler() }
      var handler = StreamLogHandler.standardError(label: label)
      handler.logLevel = level.level
      return handler
    }
  }
}
