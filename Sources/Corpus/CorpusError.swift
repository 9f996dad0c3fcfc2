/// Why a text can't be trained on: one line that names the file and what to do.
public struct CorpusError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  public let problem: String
  /// The file, or the option.
  public let place: String
  /// What the user can do.
  public let remedy: String

  init(_ problem: String, at place: String, remedy: String) {
    self.problem = problem
    self.place = place
    self.remedy = remedy
  }

  /// `<problem>: <place>; <remedy>`
  public var description: String { "\(problem): \(place); \(remedy)" }
}
