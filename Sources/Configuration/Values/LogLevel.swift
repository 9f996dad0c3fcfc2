/// The least important messages that are told on standard error.
package enum LogLevel: String, CaseIterable, Sendable, TextualOptionValue {
  case debug, info, warning, error
}
