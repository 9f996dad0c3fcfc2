/// The least important messages on standard error.
package enum LogLevel: String, CaseIterable, Sendable, TextualOptionValue {
  case debug, info, warning, error
}
