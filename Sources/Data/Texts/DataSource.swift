/// Where the texts of a run come from.
package enum DataSource: Sendable, Equatable {
  /// fast.ai's human numbers, built in.
  case humanNumbers
  /// Two text files in the human-numbers form.
  case files(train: String, valid: String)
  /// A directory of token files.
  case tokens(String)
  /// Random tokens below `vocabulary`, for benchmarks.
  case random(vocabulary: Int, seed: UInt64)
}
